// Where the map stands: at what was found, or where its address says; and what is done when somebody moves it.

import { pointOf } from "./parts.js";

const IN_ADDRESS = /^#map=(\d{1,2})\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;

function fromAddress() {
  const [, zoom, lat, lon] = (IN_ADDRESS.exec(location.hash) ?? []).map(Number);
  return zoom <= 18 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, at: [lat, lon] } : null;
}

function toAddress(map) {
  const { lat, lng } = map.getCenter().wrap();
  return `#map=${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
}

// A pin stands above its point and its locality's name beneath, so a view that only just held the points would cut both.
function room(map) {
  const narrow = map.getSize().x < 480;
  return { paddingTopLeft: [narrow ? 48 : 90, 64], paddingBottomRight: [narrow ? 32 : 70, 48] };
}

export function look(map, settings, features) {
  const stated = fromAddress();
  const still = { animate: false };
  if (stated) map.setView(stated.at, stated.zoom, still);
  else if (features.length) map.fitBounds(L.latLngBounds(features.map(pointOf)), { ...room(map), ...still, maxZoom: 15 });
  else if (settings.centre && settings.radius) map.fitBounds(L.latLng(settings.centre).toBounds(settings.radius * 2), still);
}

// The search within the circle around what is seen, as an address.
function areaOf(map, settings) {
  const centre = map.getCenter().wrap();
  const corner = map.getBounds().getNorthEast();
  const kilometres = Math.min(1000, Math.max(0.05, map.distance(map.getCenter(), corner) / 1000));
  const url = new URL(settings.area, location.href);
  url.searchParams.set("lat", centre.lat.toFixed(4));
  url.searchParams.set("lon", centre.lng.toFixed(4));
  url.searchParams.set("within", Number(kilometres.toPrecision(3)));
  url.hash = toAddress(map);
  return url.href;
}

const isWhatWasAsked = (map, { centre, radius }) => Boolean(centre && radius && map.distance(map.getCenter(), centre) < 10);

// Pages of the same results keep the map where it is.
function keepInLinks() {
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.(".pager a, .sorts a");
    if (link && location.hash.startsWith("#map")) link.hash = location.hash;
  });
}

export function keepPlace(box, map, settings, features) {
  const area = document.querySelector(`[data-map-area="${box.id}"]`);
  let moved = Boolean(fromAddress());
  let quiet = false;
  const tell = () => {
    if (!area || !settings.area) return;
    area.href = areaOf(map, settings);
    area.hidden = isWhatWasAsked(map, settings);
  };
  // Leaflet moves by itself to show a popup, and when its box changes; neither is somebody's wish.
  map.on("autopanstart resize", () => (quiet = true));
  for (const name of ["pointerdown", "wheel", "keydown", "dblclick"]) {
    box.addEventListener(name, () => (moved = true), { capture: true, passive: true });
  }
  map.on("moveend", () => {
    if (!moved || quiet) return void (quiet = false);
    history.replaceState(history.state, "", toAddress(map));
    tell();
  });
  addEventListener("hashchange", () => {
    const stated = fromAddress();
    if (stated) map.setView(stated.at, stated.zoom);
  });
  box.addEventListener("map:fit", () => look(map, settings, features));
  if (moved) tell();
  keepInLinks();
}
