// Reading without a connection: starts the service worker once the page has been shown, and says on a page that was kept
// of when it is. Over plain http there is none, except on one's own machine.

const line = document.querySelector("[data-offline-line]");
const root = document.documentElement;
const { worker, scope } = line.dataset;

function isWanted() {
  try {
    return localStorage.getItem("offline") !== "off";
  } catch {
    // Where nothing may be stored, nothing is to be kept.
    return false;
  }
}

function when(moment) {
  const today = moment.toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: "short" } : { dateStyle: "long", timeStyle: "short" };
  return new Intl.DateTimeFormat(root.lang, style).format(moment);
}

function show(text) {
  line.querySelector("[data-offline-words]").textContent = text;
  line.hidden = false;
}

if (root.dataset.kept) show(line.dataset.kept.replace("{when}", when(new Date(root.dataset.kept))));
else if (root.dataset.missed !== undefined) show(line.dataset.missed);

async function start() {
  const first = !navigator.serviceWorker.controller;
  const registration = await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
  if (!first) return;
  const { active } = await navigator.serviceWorker.ready;
  if (registration.active !== active) return;
  const pictures = [...document.images].map((image) => image.currentSrc).filter(Boolean);
  active.postMessage({ keep: location.href, pictures });
}

if (isSecureContext && "serviceWorker" in navigator && isWanted()) {
  const begin = () => start().catch(() => {});
  // After everything that the reader waits for.
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}
