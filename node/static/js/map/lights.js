// A card that is looked at lights up its pin, and a pin its card: by pointer and by focus.

const MOST_OF_A_CLUSTER = 500;

const pathOf = (card) => card.querySelector("a")?.getAttribute("href");

function fromCards(cards, byPath, pins) {
  let lit = null;
  const dark = () => {
    lit?.classList.remove("is-lit");
    lit = null;
  };
  const light = (card) => {
    dark();
    const marker = byPath.get(pathOf(card));
    lit = (marker && pins.elementOf(marker)) ?? null;
    lit?.classList.add("is-lit");
  };
  for (const card of cards.values()) {
    for (const name of ["pointerenter", "focusin"]) card.addEventListener(name, () => light(card));
    for (const name of ["pointerleave", "focusout"]) card.addEventListener(name, dark);
  }
}

function fromPins(map, cards, pins) {
  let lit = [];
  const dark = () => {
    for (const card of lit) card.classList.remove("is-lit");
    lit = [];
  };
  const light = ({ target }) => {
    const icon = target.closest?.(".leaflet-marker-icon");
    const layer = icon && pins.layerOf(icon);
    if (!layer) return;
    dark();
    const many = layer.getAllChildMarkers && layer.getChildCount() <= MOST_OF_A_CLUSTER;
    const markers = layer.feature ? [layer] : many ? layer.getAllChildMarkers() : [];
    lit = markers.map(({ feature }) => cards.get(feature.properties.path)).filter(Boolean);
    for (const card of lit) card.classList.add("is-lit");
  };
  const box = map.getContainer();
  for (const name of ["pointerover", "focusin"]) box.addEventListener(name, light);
  for (const name of ["pointerout", "focusout"]) box.addEventListener(name, dark);
}

export function lightUp(map, pins) {
  const cards = new Map([...document.querySelectorAll("[data-card]")].map((card) => [pathOf(card), card]));
  const byPath = new Map();
  for (const marker of pins.markers) {
    const { path } = marker.feature.properties;
    if (cards.has(path)) byPath.set(path, marker);
  }
  fromCards(cards, byPath, pins);
  fromPins(map, cards, pins);
}
