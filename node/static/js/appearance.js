// The form of the appearance: what becomes of a colour while it is typed, a map to be moved, a file that is too large.

const L = window.L;
const WAIT_MS = 150;

function whole(text) {
  const digits = text.trim().replace(/^#/, "").toLowerCase();
  if (!/^([0-9a-f]{3}|[0-9a-f]{6})$/.test(digits)) return "";
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`;
}

function judge(field, box) {
  let asked = 0;
  let waiting;
  const show = async () => {
    const mine = (asked += 1);
    try {
      const answer = await fetch(`${box.dataset.verdict}?colour=${encodeURIComponent(field.value)}`);
      if (mine === asked && answer.status === 200) box.innerHTML = await answer.text();
    } catch {
      // Without an answer, what was said last stays; saving says the same.
    }
  };
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, WAIT_MS);
  };
}

for (const field of document.querySelectorAll("[data-colour]")) {
  const picker = document.querySelector("[data-colour-picker]");
  const again = judge(field, document.querySelector("[data-verdict]"));
  field.addEventListener("input", () => {
    const colour = whole(field.value);
    if (colour) picker.value = colour;
    again();
  });
  picker.addEventListener("input", () => {
    field.value = picker.value;
    again();
  });
}

// The numbers are the form's; the map only moves them, and they move the map.
function startMap(box) {
  const settings = JSON.parse(document.getElementById(`${box.id}-data`).textContent);
  const fields = ["map_lat", "map_lon", "map_zoom"].map((name) => document.getElementById(name));
  const typed = () => fields.map((field) => Number(field.value.replace(",", ".")));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, { zoomControl: false, attributionControl: Boolean(settings.tiles), zoomAnimation: !calm, fadeAnimation: !calm, minZoom: 1, maxZoom: 18 });
  map.attributionControl?.setPrefix(false);
  L.control.zoom({ zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
  const look = () => {
    const [lat, lon, zoom] = typed();
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && zoom >= 1 && zoom <= 18) map.setView([lat, lon], zoom, { animate: false });
  };
  map.setView([0, 0], 1, { animate: false });
  look();
  if (settings.tiles) {
    const credit = document.createElement("span");
    credit.textContent = settings.attribution ?? "";
    L.tileLayer(settings.tiles, { attribution: credit.innerHTML, maxZoom: 19 }).addTo(map);
  }
  drawListings(map, settings.points);
  let byHand = false;
  map.on("dragstart zoomstart", () => { byHand = true; });
  map.on("moveend", () => {
    if (!byHand) return;
    byHand = false;
    const { lat, lng } = map.getCenter().wrap();
    const values = [lat.toFixed(4), lng.toFixed(4), String(map.getZoom())];
    fields.forEach((field, at) => { field.value = values[at]; });
  });
  for (const field of fields) field.addEventListener("change", () => {
    look();
    byHand = false;
  });
}

// Where listings are, as dots: without tiles there would be nothing to go by.
async function drawListings(map, address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/geo+json" } });
    const { features } = await answer.json();
    const dots = L.canvas({ padding: 0.2 });
    const colour = getComputedStyle(map.getContainer()).getPropertyValue("--brand").trim();
    for (const { geometry: { coordinates: [lon, lat] } } of features) {
      L.circleMarker([lat, lon], { renderer: dots, radius: 4, stroke: false, fillColor: colour, fillOpacity: 0.55, interactive: false }).addTo(map);
    }
  } catch {
    // The map and its fields work without.
  }
}

if (L) for (const box of document.querySelectorAll("[data-start-map]")) startMap(box);

// Said before it is sent: what is too large for the server would lose the way back to this page.
for (const field of document.querySelectorAll("input[type=file][data-most]")) {
  field.addEventListener("change", () => {
    const [file] = field.files;
    field.setCustomValidity(file && file.size > Number(field.dataset.most) ? field.dataset.tooLarge : "");
    field.reportValidity();
  });
  field.form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "take" && !field.checkValidity()) {
      event.preventDefault();
      field.reportValidity();
    }
  });
}
