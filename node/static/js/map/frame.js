// What every map here is made with, from the JSON block of its page. Leaflet stands on `window.L` once it is loaded.

export const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let loaded;

function arrived(made) {
  return new Promise((done, failed) => {
    Object.assign(made, { onload: done, onerror: failed });
    document.head.append(made);
  });
}

const script = (src) => arrived(Object.assign(document.createElement("script"), { src, async: false }));

export function loadScripts(addresses) {
  loaded ??= Promise.all(addresses.map(script));
  // What did not come is asked for again the next time.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

export function loadStyles(addresses) {
  const missing = addresses.filter((href) => !document.querySelector(`link[href="${CSS.escape(href)}"]`));
  return Promise.all(missing.map((href) => arrived(Object.assign(document.createElement("link"), { rel: "stylesheet", href }))));
}

export function make(box, settings, options = {}) {
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
    ...options,
  });
  // No option of Leaflet's keeps it from gliding where keys, popups and addresses lead.
  if (calm) map.panBy = (offset, options) => L.Map.prototype.panBy.call(map, offset, { ...options, animate: false });
  map.attributionControl?.setPrefix(false);
  map.setView([settings.start.lat, settings.start.lon], settings.start.zoom, { animate: false });
  L.control.zoom({ zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
  L.control.scale({ imperial: settings.miles, metric: !settings.miles }).addTo(map);
  return map;
}

export async function everyPoint(settings) {
  const here = settings.points.features;
  if (!settings.geojson) return here;
  try {
    const answer = await fetch(settings.geojson, { headers: { Accept: "application/geo+json" } });
    return answer.ok ? (await answer.json()).features : here;
  } catch {
    return here;
  }
}
