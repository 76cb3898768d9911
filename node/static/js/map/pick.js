// A map to press for a point: the pin stands where the fields say, and the circle is what people will see of it.

import { isExact, told } from "../told.js";
import { everyPoint, loadScripts, loadStyles, make } from "./frame.js";
import { drawGround } from "./ground.js";
import { element, picture, spelled } from "./parts.js";

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 10;
const FAR = 60;
const CLOSE = 16;
const ROOM = { paddingTopLeft: [40, 60], paddingBottomRight: [40, 24], animate: false };
const still = { animate: false };

function pinIcon(settings) {
  const box = element("div", "");
  box.append(picture(settings.icons, "pin-body", "pin-shape"), picture(settings.icons, "i-place", "pin-sign"));
  return L.divIcon({ html: box.innerHTML, className: "pin", iconSize: [40, 50], iconAnchor: [20, 48] });
}

function exactness(words, metres) {
  if (isExact(metres)) return words.exact;
  return metres < 1000 ? words.metres.replace("{number}", spelled(metres)) : words.kilometres.replace("{number}", spelled(metres / 1000));
}

// What is drawn of a point, and drawn again as it changes.
function drawing(map, settings, point) {
  const pin = L.marker([0, 0], { icon: pinIcon(settings), draggable: true, autoPan: true, keyboard: false });
  const ring = L.circle([0, 0], { radius: 1, className: "precision", interactive: false });
  pin.on("dragend", () => point.put(plain(pin.getLatLng())));
  return (at) => {
    const metres = point.metres();
    for (const layer of [pin, ring]) layer.remove();
    if (!at) return;
    pin.setLatLng(at).addTo(map);
    ring.setLatLng(told(at, metres)).setRadius(metres);
    if (!isExact(metres)) ring.addTo(map);
  };
}

function plain(place) {
  const { lat, lng } = place.wrap();
  return [Math.max(-90, Math.min(90, lat)), lng];
}

function look(map, point, at) {
  const metres = point.metres();
  if (isExact(metres)) map.setView(at, CLOSE, still);
  else map.fitBounds(L.latLng(told(at, metres)).toBounds(metres * 2), { ...still, maxZoom: CLOSE, padding: [24, 24] });
}

// A press of an arrow moves by some pixels, and never by less than the fields can tell.
function moved(map, from, [x, y], pixels, digits) {
  const there = map.containerPointToLatLng(map.latLngToContainerPoint(from).add([x * pixels, y * pixels]));
  const least = 10 ** -digits;
  const to = (now, then, way) => now + way * Math.max(Math.abs(then - now), way && least);
  return L.latLng(to(from[0], there.lat, -y), to(from[1], there.lng, x));
}

function byKeys(box, map, point) {
  const middle = () => plain(map.getCenter());
  box.addEventListener("keydown", (event) => {
    if (event.target !== box || event.altKey || event.ctrlKey || event.metaKey) return;
    const way = WAYS[event.key];
    if (way) point.put(plain(moved(map, point.read() ?? middle(), way, event.shiftKey ? FAR : STEP, point.digits())));
    else if (event.key === "Enter" || event.key === " ") point.put(point.read() ?? middle());
    else if (event.key === "+" || event.key === "=") map.zoomIn();
    else if (event.key === "-") map.zoomOut();
    else return;
    event.preventDefault();
  });
}

export async function pick(box, said, settings, point) {
  await Promise.all([loadScripts(settings.scripts), loadStyles(settings.styles)]);
  const map = make(box, settings, { keyboard: false, scrollWheelZoom: false });
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(box);
  const draw = drawing(map, settings, point);
  const show = () => {
    const at = point.read();
    draw(at);
    said.textContent = at ? `${at.join(", ")}. ${exactness(settings.words, point.metres())}` : "";
    box.dataset.told = at ? [...told(at, point.metres()), point.metres()].join(" ") : "";
    return at;
  };
  const first = show();
  if (first) look(map, point, first);
  let before = point.metres();
  point.onChange(() => {
    const at = show();
    const another = before !== point.metres() && !isExact(point.metres());
    before = point.metres();
    if (!at || box.parentElement.hidden) return;
    if (another || !map.getBounds().contains(at)) look(map, point, at);
    else map.panInside(at, ROOM);
  });
  map.on("click", ({ latlng }) => {
    box.focus({ preventScroll: true });
    point.put(plain(latlng));
  });
  byKeys(box, map, point);
  drawGround(map, settings, () => everyPoint(settings), null);
  box.dataset.ready = "";
}
