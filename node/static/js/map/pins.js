// Pins and clusters. Ten thousand of them are put in a slice at a time, and pins of one kind share one icon.

import { element, exactness, picture, pointOf, spelled } from "./parts.js";

const SLICE_MS = 40;
const PAUSE_MS = 8;
const icons = new Map();

export function pinIcon(settings, sign) {
  if (!icons.has(sign)) {
    const box = element("div", "");
    box.append(picture(settings.icons, "pin-body", "pin-shape"), picture(settings.icons, `sign-${sign}`, "pin-sign"));
    const shape = { iconSize: [40, 50], iconAnchor: [20, 48], popupAnchor: [0, -44] };
    icons.set(sign, L.divIcon({ ...shape, html: box.innerHTML, className: `pin sign-${sign}` }));
  }
  return icons.get(sign);
}

const sizeOf = (count) => (count < 10 ? 40 : count < 100 ? 46 : 54);

function clusterIcon(settings, count) {
  const size = sizeOf(count);
  const key = `cluster ${count}`;
  if (!icons.has(key)) {
    const box = element("div", "");
    box.append(element("span", "visually-hidden", `${settings.words.cluster} `), spelled(count));
    icons.set(key, L.divIcon({ html: box.innerHTML, className: "cluster", iconSize: [size, size] }));
  }
  return icons.get(key);
}

function marker(settings, feature) {
  const made = L.marker(pointOf(feature), { icon: pinIcon(settings, feature.properties.sign) });
  made.feature = feature;
  return made;
}

function titleOf(settings, { properties: facts }) {
  const title = [facts.title, settings.words.signs[facts.sign], facts.place].filter(Boolean).join(", ");
  const exact = exactness(settings, facts.precision_m);
  return exact ? `${title}. ${exact}` : title;
}

function group(settings, calm, done) {
  const made = L.markerClusterGroup({
    showCoverageOnHover: false,
    spiderfyOnMaxZoom: false,
    zoomToBoundsOnClick: false,
    maxClusterRadius: 44,
    animate: !calm,
    chunkedLoading: true,
    chunkInterval: SLICE_MS,
    chunkDelay: PAUSE_MS,
    chunkProgress: (put, all) => put === all && setTimeout(done),
    iconCreateFunction: (cluster) => clusterIcon(settings, cluster.getChildCount()),
  });
  // Only what is near the window is drawn; by itself the group draws nine windows full.
  made._getExpandedVisibleBounds = () => made._checkBoundsMaxLat(made._map.getBounds().pad(0.25));
  return made;
}

function boxOf(map, layer) {
  const { x, y } = map.latLngToContainerPoint(layer.getLatLng());
  if (layer.feature) return { left: x - 20, right: x + 20, top: y - 48, bottom: y + 2 };
  const half = sizeOf(layer.getChildCount()) / 2;
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

// What can be asked of the pins: those that stand alone, the element that shows one, when all of them are in, and to be
// told what there is now and of every change.
export function drawPins(map, settings, features, { calm }) {
  const told = [];
  let waiting = 0;
  const changed = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => told.forEach((tell) => tell()));
  };
  const shown = new Set();
  const layers = new WeakMap();
  const markers = features.map((feature) => marker(settings, feature));
  let done;
  const drawn = new Promise((all) => (done = all));
  const clusters = group(settings, calm, done);
  drawn.then(changed);
  clusters.on("layeradd animationend", changed);
  map.on("moveend zoomend", changed);
  map.on("layeradd layerremove", ({ type, layer }) => {
    if (!(layer instanceof L.Marker) || layer.options.interactive === false) return;
    if (type === "layerremove") return shown.delete(layer);
    shown.add(layer);
    layers.set(layer.getElement(), layer);
    // Only now: few of ten thousand are ever drawn.
    if (layer.feature) layer.getElement().title = titleOf(settings, layer.feature);
  });
  map.addLayer(clusters);
  clusters.addLayers(markers);
  return {
    clusters,
    markers,
    drawn,
    boxes: () => [...shown].map((layer) => boxOf(map, layer)),
    alone: () => [...shown].filter((layer) => layer.feature),
    layerOf: (node) => layers.get(node),
    elementOf: (one) => clusters.getVisibleParent(one)?.getElement(),
    // At once too: where pins are few, the last change may be past.
    onChange: (tell) => {
      told.push(tell);
      changed();
    },
  };
}
