// "Near me": puts the reader's rough position into the search form. It is rounded to three decimals, about a hundred
// metres, before it leaves the browser: a search needs no more.

function setPoint(form, lat, lon) {
  for (const [name, value] of [["lat", lat], ["lon", lon]]) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    field.value = value;
    field.disabled = value === "";
  }
}

function say(button, text) {
  const status = button.form.querySelector("[data-near-status]");
  if (status) status.textContent = text;
}

for (const button of document.querySelectorAll("[data-near-me]")) {
  const place = button.form.elements.namedItem("near");
  if (!navigator.geolocation) {
    button.hidden = true;
    continue;
  }
  place.addEventListener("input", () => setPoint(button.form, "", ""));
  button.addEventListener("click", () => {
    say(button, button.dataset.looking);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setPoint(button.form, coords.latitude.toFixed(3), coords.longitude.toFixed(3));
        place.value = button.dataset.here;
        say(button, button.dataset.found);
      },
      () => say(button, button.dataset.failed),
      { maximumAge: 600000, timeout: 10000 },
    );
  });
}
