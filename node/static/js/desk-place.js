// Where something is, in a form: from this device, or pressed on a map. Both only fill in the fields, which do without.

import { digitsFor } from "./told.js";

const box = document.querySelector("[data-point]");

function numberIn(field, most) {
  const text = field.value.trim().replace(",", ".");
  return text !== "" && Math.abs(Number(text)) <= most ? Number(text) : null;
}

// The point that the fields hold. Of one that was pressed it is remembered how exact it was, while this page is open.
function pointIn(form, metresOf) {
  const { lat, lon } = form.elements;
  let exact = null;
  const metres = () => metresOf[form.elements.precision.value] ?? metresOf.door;
  const digits = () => digitsFor(metres());
  const put = (point) => {
    [lat.value, lon.value] = point.map((value) => value.toFixed(digits()));
    exact = point;
    for (const field of [lat, lon]) field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const read = () => {
    const point = [numberIn(lat, 90), numberIn(lon, 180)];
    return point.includes(null) ? null : point;
  };
  const told = [];
  form.addEventListener("input", ({ target, isTrusted }) => {
    if (target === lat || target === lon) {
      if (isTrusted) exact = null;
    } else if (target.name !== "precision") return;
    else if (exact) return put(exact);
    for (const tell of told) tell();
  });
  return { put, read, metres, digits, onChange: (tell) => told.push(tell) };
}

function here(point) {
  const button = box.querySelector("[data-here]");
  const status = box.querySelector("[data-here-status]");
  button.hidden = !navigator.geolocation;
  button.addEventListener("click", () => {
    status.textContent = status.dataset.looking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        point.put([coords.latitude, coords.longitude]);
        status.textContent = status.dataset.found;
      },
      () => { status.textContent = status.dataset.failed; },
      { maximumAge: 60000, timeout: 10000 },
    );
  });
}

function onMap(point, settings) {
  const button = box.querySelector("[data-show-map]");
  const words = button.querySelector("[data-label]");
  const frame = box.querySelector("[data-map-frame]");
  const map = frame.querySelector(".map");
  const show = words.textContent;
  let made;
  button.addEventListener("click", async () => {
    frame.hidden = !frame.hidden;
    words.textContent = frame.hidden ? show : button.dataset.hide;
    if (frame.hidden) return;
    try {
      made ??= import("./map/pick.js").then(({ pick }) => pick(map, frame.querySelector("[data-map-said]"), settings, point));
      await made;
      if (!frame.hidden) map.focus();
    } catch {
      made = undefined;
      frame.querySelector("[data-map-said]").textContent = button.dataset.failed;
    }
  });
}

if (box) {
  const settings = JSON.parse(document.getElementById("place-map-data").textContent);
  const point = pointIn(box.closest("form"), settings.metres);
  here(point);
  onMap(point, settings);
}
