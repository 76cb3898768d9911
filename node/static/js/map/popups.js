// What a pin says when it is pressed, and what a cluster does: it comes closer, or where everything is in one place, it
// lists what is there. By keyboard the focus goes into the popup, and back to where it was.

import { element, exactness, link, tag } from "./parts.js";

const MOST_LISTED = 50;

function ofOne(settings, { properties: facts }) {
  const box = element("div", "popup");
  const first = element("p", "");
  first.append(tag(settings, facts.sign));
  const title = element("p", "popup-title");
  title.append(link(facts));
  box.append(first, title);
  const lines = [facts.place, facts.organisation, exactness(settings, facts.precision_m)];
  for (const line of lines) if (line) box.append(element("p", "muted", line));
  return box;
}

function ofMany(settings, features, address) {
  const box = element("div", "popup popup-list");
  box.append(element("p", "popup-title", `${settings.words.cluster} ${features.length}`));
  const list = element("ul", "plain-list");
  for (const { properties: facts } of features.slice(0, MOST_LISTED)) {
    const row = element("li", `sign-${facts.sign}`);
    row.append(tag(settings, facts.sign), link(facts));
    list.append(row);
  }
  box.append(list);
  if (address) {
    const all = element("a", "", settings.words.list);
    all.href = address;
    const last = element("p", "");
    last.append(all);
    box.append(last);
  }
  return box;
}

function addressOf(settings, { lat, lng }) {
  if (!settings.area) return "";
  const url = new URL(settings.area, location.href);
  for (const [name, value] of [["lat", lat.toFixed(5)], ["lon", lng.toFixed(5)], ["within", "0.1"]]) {
    url.searchParams.set(name, value);
  }
  return url.href;
}

const inOnePlace = (cluster) => {
  const bounds = cluster.getBounds();
  return bounds.getNorthEast().distanceTo(bounds.getSouthWest()) < 2;
};

export function openPopups(map, settings, pins) {
  let opener = null;
  const open = (at, content, offset, byKey) => {
    const from = byKey ? document.activeElement : null;
    // Beside the buttons that stand over the map, not under them.
    const popup = L.popup({ maxWidth: 280, minWidth: 180, maxHeight: 300, offset, autoPanPaddingTopLeft: [60, 12] });
    popup.setLatLng(at).setContent(content).openOn(map);
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", settings.words.close);
    if (byKey) content.querySelector("a").focus();
    opener = from;
  };
  const isKey = ({ type, originalEvent }) => type.endsWith("keypress") || originalEvent?.detail === 0;
  const isEnter = ({ type, originalEvent }) => !type.endsWith("keypress") || originalEvent.key === "Enter";

  pins.clusters.on("click keypress", (event) => {
    const { layer } = event;
    if (isEnter(event) && layer.feature) open(layer.getLatLng(), ofOne(settings, layer.feature), [0, -40], isKey(event));
  });
  pins.clusters.on("clusterclick clusterkeypress", (event) => {
    const { layer } = event;
    if (!isEnter(event)) return;
    if (inOnePlace(layer) || map.getZoom() >= map.getMaxZoom()) {
      const features = layer.getAllChildMarkers().map(({ feature }) => feature);
      open(layer.getLatLng(), ofMany(settings, features, addressOf(settings, layer.getLatLng())), [0, -16], isKey(event));
      return;
    }
    // The cluster goes when its parts come, and the focus must not go with it.
    if (isKey(event)) map.getContainer().focus({ preventScroll: true });
    layer.zoomToBounds({ padding: [40, 40] });
  });
  map.on("popupclose", ({ popup }) => {
    const now = document.activeElement;
    const inside = now === document.body || popup.getElement()?.contains(now);
    if (opener && inside) (opener.isConnected ? opener : map.getContainer()).focus({ preventScroll: true });
    opener = null;
  });
  map.getContainer().addEventListener("keydown", (event) => {
    // From inside a popup: Leaflet only listens while the map itself has the focus.
    if (event.key === "Escape") map.closePopup();
    // Pins are buttons, and a button may be pressed with the space bar.
    if (event.key !== " " || !event.target.classList.contains("leaflet-marker-icon")) return;
    event.preventDefault();
    event.target.click();
  });
}
