// One map, from the JSON block that the template writes behind it. Leaflet stands on `window.L` once it is loaded.

import { drawCentre, drawSingle, precisionCircles } from "./circles.js";
import { drawGround } from "./ground.js";
import { lightUp } from "./lights.js";
import { drawPins, pinIcon } from "./pins.js";
import { keepPlace, look } from "./place.js";
import { openPopups } from "./popups.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let loaded;

function loadScripts(addresses) {
  const one = (address) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { src: address, async: false, onload: done, onerror: failed });
      document.head.append(script);
    });
  loaded ??= Promise.all(addresses.map(one));
  return loaded;
}

function make(box, settings) {
  const map = L.map(box, {
    attributionControl: Boolean(settings.tiles),
    scrollWheelZoom: !settings.single,
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    markerZoomAnimation: !calm,
    inertia: !calm,
    zoomControl: false,
    maxZoom: 18,
    worldCopyJump: true,
  });
  // No option of Leaflet's keeps it from gliding where keys, popups and addresses lead.
  if (calm) map.panBy = (offset, options) => L.Map.prototype.panBy.call(map, offset, { ...options, animate: false });
  map.attributionControl?.setPrefix(false);
  map.setView([settings.start.lat, settings.start.lon], settings.start.zoom, { animate: false });
  L.control.zoom({ zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
  L.control.scale({ imperial: settings.miles, metric: !settings.miles }).addTo(map);
  return map;
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

// Between two steps the page may answer whoever uses it meanwhile.
const pause = () => new Promise((done) => setTimeout(done));

async function drawMany(box, map, settings, features) {
  drawCentre(map, settings);
  look(map, settings, features);
  await pause();
  const pins = drawPins(map, settings, features, { calm });
  await pause();
  precisionCircles(map, pins);
  openPopups(map, settings, pins);
  lightUp(map, pins);
  keepPlace(box, map, settings, features);
  return pins;
}

export async function start(box) {
  const settings = JSON.parse(document.getElementById(`${box.id}-data`).textContent);
  const points = everyPoint(settings);
  await loadScripts(settings.scripts);
  const map = make(box, settings);
  const features = await points;
  await pause();
  const pins = settings.single
    ? drawSingle(map, settings, features, pinIcon)
    : await drawMany(box, map, settings, features);
  await pause();
  drawGround(map, settings, features, pins);
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(box);
  await pins?.drawn;
  box.dataset.ready = features.length;
}
