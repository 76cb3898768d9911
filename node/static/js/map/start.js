// One map of listings, from the JSON block that the template writes behind it.

import { drawCentre, drawSingle, precisionCircles } from "./circles.js";
import { calm, everyPoint, loadScripts, make } from "./frame.js";
import { drawGround } from "./ground.js";
import { lightUp } from "./lights.js";
import { drawPins, pinIcon } from "./pins.js";
import { keepPlace, look } from "./place.js";
import { openPopups } from "./popups.js";

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
