// The search page: filters that unfold where there is room and stay as they were left, a button that says what it leads
// to, and short addresses. What is asked for stands in the address alone; only what is unfolded is remembered here.

const REMEMBERED = "search-unfolded";
const wide = matchMedia("(min-width: 60rem)");
const form = document.getElementById("search");
// Made when it is first needed: the browser takes longer to load its tables than for the rest of this page.
const spelled = (count) => new Intl.NumberFormat(document.documentElement.lang || undefined).format(count);

const remembered = (() => {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {};
  }
})();

function remember(name, open) {
  remembered[name] = open;
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify(remembered));
  } catch {
    // Then it lasts as long as this page.
  }
}

function unfoldAsLeft(details) {
  const { remember: name } = details.dataset;
  const left = remembered[name];
  const wrong = details.querySelector("[aria-invalid]");
  if (left !== undefined && !wrong) details.open = left;
  details.querySelector("summary").addEventListener("click", () => remember(name, !details.open));
}

function fitFilters(filters) {
  const fit = () => {
    const wrong = filters.querySelector("[aria-invalid]");
    filters.open = wide.matches || Boolean(wrong) || remembered.filters === true;
  };
  wide.addEventListener("change", fit);
  fit();
}

// A part and the whole at once would mean the whole: ticking one takes the tick from the other.
function untickAround(box) {
  if (!box.checked) return;
  const row = box.closest("li");
  for (const inner of row.querySelectorAll(":scope > details input")) inner.checked = false;
  for (let outer = row.parentElement.closest(".branch"); outer; outer = outer.parentElement.closest(".branch")) {
    outer.querySelector(":scope > .tick input").checked = false;
  }
}

function countBefore(button) {
  let asked = 0;
  let waiting = 0;
  const usual = button.textContent;
  const count = async () => {
    const mine = ++asked;
    const query = new URLSearchParams(new FormData(form));
    query.set("limit", "1");
    let words = usual;
    try {
      const answer = await fetch(`${button.dataset.count}?${query}`);
      if (answer.ok) words = `${button.dataset.counted} (${spelled((await answer.json()).total)})`;
    } catch {
      // The button does the same without its number.
    }
    if (mine === asked) button.textContent = words;
  };
  document.addEventListener("change", ({ target }) => {
    if (target.form !== form || target.type === "search" || target.type === "text") return;
    clearTimeout(waiting);
    waiting = setTimeout(count, 250);
  });
  return () => {
    asked += 1;
    button.textContent = usual;
  };
}

// On a small screen the map is opened; that it is open stands in the address, so it lasts and can be passed on.
function openMap(button) {
  const panel = document.getElementById(button.getAttribute("aria-controls"));
  const show = (open) => {
    panel.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
    button.querySelector("[data-words]").textContent = open ? button.dataset.close : button.dataset.open;
  };
  const stated = () => location.hash.startsWith("#map");
  button.addEventListener("click", () => {
    const open = !panel.classList.contains("is-open");
    show(open);
    const address = `${location.pathname}${location.search}`;
    if (open !== stated()) history.replaceState(history.state, "", open ? `${address}#map` : address);
    if (open) panel.scrollIntoView({ block: "nearest" });
  });
  show(stated());
}

for (const button of document.querySelectorAll("[data-map-toggle]")) openMap(button);
for (const details of document.querySelectorAll("details[data-remember]")) unfoldAsLeft(details);
for (const filters of document.querySelectorAll("details.filters")) fitFilters(filters);

if (form) {
  // Fields left empty would only make the address longer, and a search is an address that people pass on.
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of new Set(formData.keys())) {
      const kept = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of kept) formData.append(name, value);
    }
  });
  form.addEventListener("submit", () => {
    if (!wide.matches) remember("filters", false);
    // Open, but where the new results are. (`form.action` would be the boxes of that name.)
    const address = form.getAttribute("action").split("#")[0];
    form.setAttribute("action", location.hash.startsWith("#map") ? `${address}#map` : address);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.form === form && target.type === "checkbox") untickAround(target);
  });
  const forget = [...document.querySelectorAll("[data-count]")].map(countBefore);
  // A page that comes back as it was left would have ticks that its results do not follow.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    form.reset();
    for (const one of forget) one();
  });
}
