// The map beside a list, and the small one on a listing. Leaflet stands on `window.L`; everything else comes from the
// JSON block that the template writes behind the map. Works without tiles: then pins stand on paper, with the names of
// the localities that the pins name themselves.

const L = window.L;
const SVG = "http://www.w3.org/2000/svg";
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

function picture(sprite, name, className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function pinIcon(settings, sign) {
  const html = element("div", "");
  html.append(picture(settings.icons, "pin-body", "pin-shape"), picture(settings.icons, `sign-${sign}`, "pin-sign"));
  return L.divIcon({
    html,
    className: `pin sign-${sign}`,
    iconSize: [40, 50],
    iconAnchor: [20, 48],
    popupAnchor: [0, -44],
  });
}

function popup(settings, facts) {
  const box = element("div", "popup");
  const tag = element("p", "");
  const label = element("span", `tag sign-${facts.sign}`);
  label.append(picture(settings.icons, `sign-${facts.sign}`, ""), settings.words.signs[facts.sign] ?? facts.sign);
  tag.append(label);
  const title = element("p", "popup-title");
  const link = element("a", "", facts.title);
  link.href = facts.path;
  link.dir = "auto";
  title.append(link);
  box.append(tag, title);
  for (const line of [facts.place, facts.organisation]) if (line) box.append(element("p", "muted", line));
  return box;
}

function marker(settings, feature) {
  const [lon, lat] = feature.geometry.coordinates;
  const facts = feature.properties;
  const pin = L.marker([lat, lon], { icon: pinIcon(settings, facts.sign), title: facts.title, alt: facts.title });
  if (settings.single) return pin.options.keyboard = false, pin.options.interactive = false, pin;
  pin.bindPopup(() => popup(settings, facts), { maxWidth: 260, minWidth: 180 });
  pin.path = facts.path;
  return pin;
}

function clusterIcon(settings, cluster) {
  const count = cluster.getChildCount();
  const html = element("span", "", String(count));
  html.append(element("span", "visually-hidden", ` ${settings.words.cluster}`));
  const size = count < 10 ? 40 : count < 100 ? 46 : 54;
  return L.divIcon({ html, className: "cluster", iconSize: [size, size] });
}

function localities(features) {
  const places = new Map();
  for (const { geometry, properties } of features) {
    const name = (properties.place ?? "").split(", ").at(-1);
    if (!name) continue;
    const [lon, lat] = geometry.coordinates;
    const known = places.get(name) ?? { lat: 0, lon: 0, n: 0 };
    places.set(name, { lat: known.lat + lat, lon: known.lon + lon, n: known.n + 1 });
  }
  return [...places].map(([name, { lat, lon, n }]) => ({ name, lat: lat / n, lon: lon / n }));
}

function drawLocalities(map, settings, features) {
  map.createPane("names").style.zIndex = 350;
  for (const { name, lat, lon } of localities(features)) {
    const icon = L.divIcon({ html: element("span", "", name), className: "locality", iconSize: [120, 20], iconAnchor: [60, settings.single ? -8 : -26] });
    L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: "names" }).addTo(map);
  }
}

function drawGround(map, settings, features) {
  if (!settings.tiles) return drawLocalities(map, settings, features);
  const credit = element("span", "");
  if (settings.attributionUrl) {
    const link = element("a", "", settings.attribution);
    link.href = settings.attributionUrl;
    credit.append(link);
  } else credit.textContent = settings.attribution ?? "";
  L.tileLayer(settings.tiles, { attribution: credit.innerHTML, maxZoom: 19 }).addTo(map);
}

function drawPins(map, settings, features) {
  const pins = features.map((feature) => marker(settings, feature));
  if (settings.single) return L.layerGroup(pins).addTo(map), pins;
  const group = L.markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 44,
    animate: !calm,
    iconCreateFunction: (cluster) => clusterIcon(settings, cluster),
  });
  group.addLayers(pins);
  map.addLayer(group);
  return pins;
}

// A pin stands above its point and its locality's name beneath, so a view that only just held the points would cut both.
function room(map) {
  const narrow = map.getSize().x < 480;
  return { paddingTopLeft: [narrow ? 48 : 90, 64], paddingBottomRight: [narrow ? 32 : 70, 48] };
}

function look(map, settings, features) {
  const [first] = features;
  if (settings.single && first) {
    const [lon, lat] = first.geometry.coordinates;
    const metres = first.properties.precision_m ?? 0;
    map.setView([lat, lon], settings.tiles ? 14 : 13);
    if (metres > 50) {
      const ring = L.circle([lat, lon], { radius: metres, className: `precision sign-${first.properties.sign}`, interactive: false }).addTo(map);
      map.fitBounds(ring.getBounds(), { maxZoom: 15, padding: [24, 24] });
    }
    return;
  }
  if (features.length) {
    map.fitBounds(L.latLngBounds(features.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon])), { ...room(map), maxZoom: 15 });
  } else if (settings.centre && settings.radius) map.fitBounds(L.latLng(settings.centre).toBounds(settings.radius * 2));
  else map.setView([settings.start.lat, settings.start.lon], settings.start.zoom);
}

function drawCentre(map, settings) {
  if (!settings.centre) return;
  const quiet = { interactive: false };
  if (settings.radius) L.circle(settings.centre, { ...quiet, radius: settings.radius, className: "search-ring" }).addTo(map);
  L.circleMarker(settings.centre, { ...quiet, radius: 6, className: "search-centre" }).addTo(map);
}

function lightUp(pins) {
  const byPath = new Map(pins.map((pin) => [pin.path, pin]));
  for (const card of document.querySelectorAll("[data-card]")) {
    const path = card.querySelector("a")?.getAttribute("href");
    const light = (on) => byPath.get(path)?.getElement()?.classList.toggle("is-lit", on);
    card.addEventListener("pointerenter", () => light(true));
    card.addEventListener("pointerleave", () => light(false));
  }
}

async function everyPoint(settings) {
  const here = settings.points.features;
  if (!settings.geojson) return here;
  try {
    const answer = await fetch(settings.geojson, { headers: { Accept: "application/geo+json" } });
    return answer.ok ? (await answer.json()).features : here;
  } catch {
    return here;
  }
}

async function start(box) {
  const settings = JSON.parse(document.getElementById(`${box.id}-data`).textContent);
  const map = L.map(box, {
    attributionControl: Boolean(settings.tiles),
    scrollWheelZoom: !settings.single,
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    markerZoomAnimation: !calm,
    zoomControl: false,
    maxZoom: 18,
  });
  map.attributionControl?.setPrefix(false);
  map.setView([settings.start.lat, settings.start.lon], settings.start.zoom);
  L.control.zoom({ zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
  L.control.scale({ imperial: settings.miles, metric: !settings.miles }).addTo(map);
  const features = await everyPoint(settings);
  drawGround(map, settings, features);
  drawCentre(map, settings);
  const pins = drawPins(map, settings, features);
  look(map, settings, features);
  if (!settings.single) lightUp(pins);
  document.addEventListener("map:shown", () => {
    map.invalidateSize();
    look(map, settings, features);
  });
}

if (L) for (const box of document.querySelectorAll("[data-map]")) start(box);
