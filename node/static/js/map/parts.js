// What pins, lists and popups are made of. Text is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";

export function picture(sprite, name, className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function link(facts) {
  const made = element("a", "", facts.title);
  made.href = facts.path;
  made.dir = "auto";
  return made;
}

export function tag(settings, sign) {
  const made = element("span", `tag sign-${sign}`);
  made.append(picture(settings.icons, `sign-${sign}`, ""), settings.words.signs[sign] ?? sign);
  return made;
}

let format;

// Small whole numbers look alike in every language here, and the browser's tables for others take long to load.
export function spelled(number) {
  if (Number.isInteger(number) && number < 1000) return String(number);
  format ??= new Intl.NumberFormat(document.documentElement.lang || undefined, { maximumFractionDigits: 1 });
  return format.format(number);
}

const known = new Map();

// How exact a point is, in the same words as on the listing's own page.
export function exactness(settings, metres) {
  if (!metres || metres <= 50) return "";
  if (!known.has(metres)) {
    const [words, value] = metres < 1000 ? [settings.words.metres, metres] : [settings.words.kilometres, metres / 1000];
    known.set(metres, words.replace("{number}", spelled(value)));
  }
  return known.get(metres);
}

export const pointOf = ({ geometry: { coordinates: [lon, lat] } }) => [lat, lon];
