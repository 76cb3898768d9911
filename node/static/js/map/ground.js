// What lies under the pins: tiles where the settings name some, else paper with the names of places that the pins name.

import { element } from "./parts.js";

const MOST_NAMES = 60;
const LINE = 18;
const LETTER = 8.8;

function localities(features) {
  const places = new Map();
  for (const { geometry, properties } of features) {
    const name = (properties.place ?? "").split(", ").at(-1);
    if (!name) continue;
    const [lon, lat] = geometry.coordinates;
    const known = places.get(name);
    if (!known) places.set(name, { name, lat, lon, n: 1 });
    else Object.assign(known, { lat: known.lat + lat, lon: known.lon + lon, n: known.n + 1 });
  }
  return [...places.values()]
    .sort((one, other) => other.n - one.n)
    .slice(0, MOST_NAMES)
    .map(({ name, lat, lon, n }) => ({ name, at: [lat / n, lon / n] }));
}

function label(map, name, at, below) {
  const width = name.length * LETTER + 12;
  const icon = L.divIcon({
    html: element("span", "", name),
    className: "locality",
    iconSize: [width, LINE],
    iconAnchor: [width / 2, -below],
  });
  const marker = L.marker(at, { icon, interactive: false, keyboard: false, pane: "names" }).addTo(map);
  return { marker, width, below, at };
}

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

// Names are shown as far as none covers another or a pin, the places with most listings first.
function spread(map, labels, pins) {
  const taken = pins ? pins.boxes() : [];
  for (const { marker, width, below, at } of labels) {
    const { x, y } = map.latLngToContainerPoint(at);
    const box = { left: x - width / 2, right: x + width / 2, top: y + below, bottom: y + below + LINE };
    const fits = !taken.some((other) => overlap(box, other));
    if (fits) taken.push(box);
    marker.getElement()?.classList.toggle("is-crowded", !fits);
  }
}

function drawNames(map, features, pins) {
  map.createPane("names").style.zIndex = 350;
  const labels = localities(features).map(({ name, at }) => label(map, name, at, pins ? 30 : 8));
  const again = () => spread(map, labels, pins);
  if (pins) pins.onChange(again);
  else map.on("moveend", again);
  again();
}

function drawTiles(map, settings, otherwise) {
  const credit = element("span", "");
  if (settings.attributionUrl) {
    const made = element("a", "", settings.attribution);
    made.href = settings.attributionUrl;
    credit.append(made);
  } else credit.textContent = settings.attribution ?? "";
  const tiles = L.tileLayer(settings.tiles, { attribution: credit.innerHTML, maxZoom: 19 });
  let came = false;
  tiles.once("tileload", () => (came = true));
  // A server of tiles that is away leaves the paper, and paper has names.
  tiles.once("tileerror", () => came || otherwise());
  tiles.addTo(map);
}

// `features` are there, or a function that fetches them where they are needed.
export function drawGround(map, settings, features, pins) {
  const names = async () => drawNames(map, typeof features === "function" ? await features() : features, pins);
  if (settings.tiles) drawTiles(map, settings, names);
  else names();
}
