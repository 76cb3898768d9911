// The search page: filters that unfold where there is room and stay as they were left, a button that says what it leads
// to, and short addresses. What is asked for stands in the address alone; only what is unfolded is remembered here.

const REMEMBERED = "search-unfolded";
const wide = matchMedia("(min-width: 60rem)");
const form = document.getElementById("search");
const number = new Intl.NumberFormat(document.documentElement.lang || undefined);

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {};
  }
}

function remember(name, open) {
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ ...remembered(), [name]: open }));
  } catch {
    // Then it lasts as long as this page.
  }
}

function unfoldAsLeft(details) {
  const { remember: name } = details.dataset;
  const left = remembered()[name];
  const wrong = details.querySelector("[aria-invalid]");
  if (left !== undefined && !wrong) details.open = left;
  details.querySelector("summary").addEventListener("click", () => remember(name, !details.open));
}

function fitFilters(filters) {
  const fit = () => {
    const wrong = filters.querySelector("[aria-invalid]");
    filters.open = wide.matches || Boolean(wrong) || remembered().filters === true;
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
      if (answer.ok) words = `${button.dataset.counted} (${number.format((await answer.json()).total)})`;
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
