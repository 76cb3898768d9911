// How exact a point is, drawn: a circle of that size. Beside a list only where it is large enough to be seen, and around
// the pins that stand alone.

import { pointOf } from "./parts.js";

const SMALLEST_PIXELS = 28;
const MOST = 80;

function circle(feature) {
  const { precision_m: radius, sign } = feature.properties;
  return L.circle(pointOf(feature), { radius, className: `precision sign-${sign}`, interactive: false });
}

function pixelsPerMetre(map) {
  const centre = map.getCenter();
  const [a, b] = [map.latLngToContainerPoint(centre), map.latLngToContainerPoint([centre.lat, centre.lng + 0.01])];
  return a.distanceTo(b) / map.distance(centre, [centre.lat, centre.lng + 0.01]);
}

export function precisionCircles(map, pins) {
  const drawn = L.layerGroup().addTo(map);
  const draw = () => {
    drawn.clearLayers();
    const scale = pixelsPerMetre(map);
    const seen = new Set();
    const size = map.getSize();
    const widest = Math.max(size.x, size.y);
    for (const pin of pins.alone()) {
      const metres = pin.feature.properties.precision_m ?? 0;
      const pixels = metres * scale;
      const key = `${pin.feature.geometry.coordinates} ${metres}`;
      if (pixels < SMALLEST_PIXELS || pixels > widest || seen.has(key)) continue;
      seen.add(key);
      drawn.addLayer(circle(pin.feature));
      if (seen.size >= MOST) return;
    }
  };
  pins.onChange(draw);
}

export function drawCentre(map, settings) {
  if (!settings.centre) return;
  const quiet = { interactive: false };
  if (settings.radius) L.circle(settings.centre, { ...quiet, radius: settings.radius, className: "search-ring" }).addTo(map);
  L.circleMarker(settings.centre, { ...quiet, radius: 6, className: "search-centre" }).addTo(map);
}

// The map of one listing: its pin, and the circle in which it lies, in the middle whatever size the map comes to have.
export function drawSingle(map, settings, [feature], pinIcon) {
  if (!feature) return;
  const point = pointOf(feature);
  const quiet = { interactive: false, keyboard: false };
  L.marker(point, { ...quiet, icon: pinIcon(settings, feature.properties.sign), alt: feature.properties.title }).addTo(map);
  const ring = (feature.properties.precision_m ?? 0) > 50 ? circle(feature).addTo(map) : null;
  const look = () => {
    if (ring) map.fitBounds(ring.getBounds(), { maxZoom: 15, padding: [24, 24], animate: false });
    else map.setView(point, settings.tiles ? 14 : 13, { animate: false });
  };
  look();
  map.on("resize", look);
}
