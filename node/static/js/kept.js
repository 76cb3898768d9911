// What this device has kept for reading without a connection: listed, forgotten, or not kept at all.

const panel = document.querySelector("[data-kept-panel]");
const list = document.querySelector("[data-kept-list]");
const line = document.querySelector("[data-offline-line]");
const { scope } = line.dataset;
const nameOf = (kind) => `sharefeed ${scope} ${kind}`;
const canKeep = isSecureContext && "serviceWorker" in navigator && "caches" in window;

function isOff() {
  try {
    return localStorage.getItem("offline") === "off";
  } catch {
    return true;
  }
}

function choose(off) {
  try {
    if (off) localStorage.setItem("offline", "off");
    else localStorage.removeItem("offline");
  } catch {
    // Then nothing is kept anyway.
  }
}

function say(words) {
  const status = panel.querySelector("[role=status]");
  status.textContent = "";
  setTimeout(() => {
    status.textContent = words;
  }, 50);
}

async function held(kind) {
  const name = nameOf(kind);
  return (await caches.has(name)) ? (await caches.open(name)).keys() : [];
}

async function count() {
  const [pages, pictures] = await Promise.all([held("pages"), held("pictures")]);
  const words = pages.length + pictures.length ? panel.dataset.some : panel.dataset.none;
  panel.querySelector("[data-kept-count]").textContent = words
    .replace("{pages}", pages.length)
    .replace("{pictures}", pictures.length);
  for (const part of panel.querySelectorAll("[data-when-on]")) part.hidden = isOff();
  for (const part of panel.querySelectorAll("[data-when-off]")) part.hidden = !isOff();
}

function entry(url, title, at) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = url;
  link.textContent = title;
  const time = document.createElement("span");
  time.className = "muted small";
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  time.textContent = Number.isNaN(at.valueOf()) ? "" : format.format(at);
  item.append(link, " ", time);
  return item;
}

async function read(key) {
  const answer = await (await caches.open(nameOf("pages"))).match(key);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const title = page.title.replace(` – ${list.dataset.site}`, "");
  return entry(key.url, title, new Date(answer.headers.get("X-Kept-At")));
}

async function fill() {
  if (!list) return;
  const keys = (await held("pages")).reverse();
  list.replaceChildren(...(await Promise.all(keys.map(read))));
  document.querySelector("[data-kept-empty]").hidden = keys.length > 0;
}

async function forget(everything) {
  const kinds = (await caches.keys()).filter((name) => name.startsWith(nameOf("")));
  const going = everything ? kinds : kinds.filter((name) => !name.startsWith(nameOf("shell ")));
  await Promise.all(going.map((name) => caches.delete(name)));
}

const deeds = {
  async forget() {
    await forget(false);
    return panel.dataset.forgotten;
  },
  async stop() {
    choose(true);
    const registration = await navigator.serviceWorker.getRegistration(scope);
    registration?.active?.postMessage({ stop: true });
    await registration?.unregister();
    await forget(true);
    return panel.dataset.stopped;
  },
  async start() {
    choose(false);
    await navigator.serviceWorker.register(line.dataset.worker, { scope, updateViaCache: "none" });
    return panel.dataset.started;
  },
};

async function refresh() {
  await Promise.all([count(), fill()]);
}

if (canKeep) {
  panel.addEventListener("click", async ({ target }) => {
    const deed = deeds[target.closest("[data-deed]")?.dataset.deed];
    if (!deed) return;
    const words = await deed();
    await refresh();
    say(words);
  });
  refresh();
} else {
  panel.querySelector("[data-kept-count]").textContent = panel.dataset.cannot;
  for (const part of panel.querySelectorAll("[data-deed]")) part.hidden = true;
}
