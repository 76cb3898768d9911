// The form of a listing: it saves itself while somebody writes, asks what the thing calls for, and loses nothing.
// Without this script the buttons do the same.

const WAIT_MS = 1200;
const form = document.querySelector("[data-desk-form]");
const line = document.querySelector("[data-saved]");
let waiting;
let sending = 0;
let changed = false;

// Read by page.js, which forgets what was sent once there is an answer.
const SENT = "desk:sent";
// What a form is about stands in its address, and is not typed.
const ABOUT = ["sign", "key", "story", "exchange"];

const shelf = () => `desk:${location.pathname}${location.search}`;

function fields() {
  const data = new FormData(form);
  data.delete("csrf_token");
  return [...data].filter(([, value]) => typeof value === "string");
}

// Only for as long as this window is open, and only while the server does not have it.
function keepHere() {
  try {
    sessionStorage.setItem(shelf(), JSON.stringify(fields()));
  } catch {
    // The page itself still holds it.
  }
}

function noteSent() {
  try {
    sessionStorage.setItem(SENT, JSON.stringify([location.href.split("#")[0], shelf()]));
  } catch {
    // Then nothing was kept either.
  }
}

function remove(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // There was nothing to keep it in.
  }
}

const forget = () => remove(shelf());

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(shelf()) ?? "[]");
  } catch {
    return [];
  }
}

function restore() {
  const before = kept();
  if (!before.length) return;
  for (const [name, value] of before) {
    const field = form.elements.namedItem(name);
    if (!field && name.startsWith("photo:")) form.dispatchEvent(new CustomEvent("photo", { detail: { ref: name.slice(6), alt: value } }));
    if (!field || ABOUT.includes(name)) continue;
    if (field instanceof RadioNodeList) field.value = value;
    else if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  say(line.dataset.restored);
  later();
}

function say(words) {
  line.textContent = words;
}

// What somebody is in the middle of answering is left alone.
function show(box, drawn) {
  if (!box || drawn === undefined || box.contains(document.activeElement)) return;
  const fresh = document.createElement("div");
  fresh.innerHTML = drawn;
  if (fresh.innerHTML !== box.innerHTML) box.replaceChildren(...fresh.childNodes);
}

async function save() {
  clearTimeout(waiting);
  const mine = (sending += 1);
  const body = new FormData(form);
  body.set("then", "autosave");
  // Files go their own way, one at a time.
  body.delete("photo_file");
  changed = false;
  keepHere();
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", keepalive: true });
    if (mine !== sending) return;
    if ([400, 401].includes(answer.status) || answer.type === "opaqueredirect") return say(line.dataset.signedOut);
    const said = await answer.json();
    if (!answer.ok) return say(said.problem ?? line.dataset.away);
    forget();
    if (location.pathname !== said.address) history.replaceState(null, "", said.address);
    say(said.said);
    show(document.querySelector("[data-asks]"), said.asks);
    show(document.querySelector("[data-words]"), said.words);
  } catch {
    say(line.dataset.away);
  }
}

function later() {
  changed = true;
  clearTimeout(waiting);
  waiting = setTimeout(save, WAIT_MS);
}

function elsewhere() {
  const box = form.querySelector("[data-elsewhere]");
  const choice = form.querySelector("input[name=place]:checked");
  if (choice) box.hidden = choice.value !== "other";
}

if (form) {
  form.addEventListener("input", later);
  form.addEventListener("change", elsewhere);
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    changed = false;
    keepHere();
    noteSent();
  });
  form.addEventListener("click", ({ target }) => {
    const chip = target.closest("[data-category]");
    if (chip) {
      form.elements.category.value = chip.dataset.category;
      for (const one of chip.closest("ul").querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === chip));
      chip.blur();
      later();
    }
  });
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && changed) save();
  });
  // Back from where there was no answer: it is not sent after all.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) remove(SENT);
  });
  // A page that the server has answered with what was sent holds it already.
  if (document.querySelector("[data-error-summary]")) forget();
  else restore();
  elsewhere();
}
