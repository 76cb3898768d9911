// At the loading bay, where there is often no connection: that something was handed over, and the code of the other side,
// are kept on this phone and sent when there is a connection again. To send it twice is the same as once. A copy of the
// page is kept as well, without names and letters, so that it opens there; both go once all of it is sent.
// Without this script the buttons do the same, with a connection.

const DEEDS = new Set(["hand_over", "meet", "bring_back"]);
const PATIENCE_MS = 10_000;
const OLD_MS = 30 * 24 * 60 * 60 * 1000;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;
const NOT_TAKEN = new Set([403, 404, 422]);
const KEPT_AT = "X-Kept-At";

const line = document.querySelector("[data-bay-page]");
const { bayPage: page, bayCopy: copy, bayRoot: root, bayWorker: worker } = line.dataset;
const SHELF = `bay:${page}`;
const COPIES = `sharefeed ${root} bay`;
let sending = false;
let pause = FIRST_PAUSE_MS;
let timer;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(SHELF));
  } catch {
    return null;
  }
}

function keep(fields) {
  try {
    localStorage.setItem(SHELF, JSON.stringify(fields));
    return true;
  } catch {
    return false;
  }
}

function drop() {
  try {
    localStorage.removeItem(SHELF);
  } catch {
    // There was nothing to keep it in.
  }
}

function say(words) {
  line.textContent = words;
  line.hidden = !words;
}

const withPatience = (options) => ({ ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
const pageOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

// The form's own token may be too old by now: each try takes a fresh one.
async function post(fields) {
  const answer = await fetch(page, withPatience());
  const token = (await pageOf(answer)).querySelector("form [name=csrf_token]")?.value;
  if (answer.redirected || !token) return answer;
  const body = new FormData();
  for (const [name, value] of [["csrf_token", token], ...fields]) body.append(name, value);
  return fetch(page, withPatience({ method: "POST", body }));
}

async function send() {
  const fields = kept();
  if (!fields || sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    const answer = await post(fields);
    if (answer.ok && new URL(answer.url).pathname === page) return await isSent();
    if (answer.ok && answer.redirected) return isAtTheDoor(answer);
    if (NOT_TAKEN.has(answer.status)) return await isRefused(answer);
    isKept();
  } catch {
    isKept();
  } finally {
    sending = false;
  }
}

// A phone says that it is connected before anything can be reached, and nothing tells when a site answers again.
function isKept() {
  say(line.dataset.kept);
  timer = setTimeout(send, pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
}

// Whoever was signed out meanwhile comes back to this page from there, and then it is sent.
function isAtTheDoor(answer) {
  const link = document.createElement("a");
  link.href = answer.url;
  link.textContent = line.dataset.signIn;
  say(line.dataset.door);
  line.append(" ", link);
}

async function isSent() {
  drop();
  await forgetCopy();
  say(line.dataset.sent);
  location.replace(page);
}

// What stood there is out of date, so the page is shown as it is now, with the reason.
async function isRefused(answer) {
  drop();
  const { title, documentElement } = await pageOf(answer);
  const now = documentElement.querySelector("main");
  const place = now.querySelector("[data-bay-page]");
  if (!place?.dataset.bayCopy) await forgetCopy();
  if (place) place.replaceWith(line);
  else now.prepend(line);
  document.querySelector("main").replaceWith(now);
  document.title = title;
  say(line.dataset.refused);
  const summary = now.querySelector("[data-error-summary]");
  (summary ?? line).scrollIntoView({ block: "start" });
  summary?.focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  const fields = [...new FormData(event.target, event.submitter)].filter(([name]) => name !== "csrf_token");
  const deed = fields.find(([name]) => name === "do")?.[1];
  if (!DEEDS.has(deed) || new URL(event.target.action).pathname !== page || !keep(fields)) return;
  event.preventDefault();
  say(line.dataset.sending);
  send();
});

// A code that was typed is compared at the other side's site, mostly within a second or two.

async function awaitAnswer() {
  say(line.dataset.asked);
  for (let pause = 1000; pause < 20_000; pause *= 1.6) {
    await new Promise((done) => setTimeout(done, pause));
    const answer = await fetch(page, withPatience());
    if (answer.ok && !(await pageOf(answer)).querySelector("[data-bay-compares]")) return location.replace(page);
  }
  say(line.dataset.slow);
}

// The copy

async function forgetCopy() {
  if (window.caches) await (await caches.open(COPIES)).delete(page);
}

async function keepCopy() {
  if (!window.caches || !worker || !navigator.serviceWorker || localStorage.getItem("offline") === "off") return;
  await navigator.serviceWorker.register(worker, { scope: root, updateViaCache: "none" });
  const answer = await fetch(copy, withPatience());
  if (!answer.ok || answer.redirected) return;
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set(KEPT_AT, String(Date.now()));
  const cache = await caches.open(COPIES);
  await cache.put(page, new Response(await answer.text(), { headers }));
  await dropOld(cache);
}

async function dropOld(cache) {
  for (const request of await cache.keys()) {
    const held = await cache.match(request);
    if (Date.now() - Number(held?.headers.get(KEPT_AT)) > OLD_MS) await cache.delete(request);
  }
}

// What was typed before, or what a picture has brought along, stands in its field.
function fillIn() {
  const field = document.querySelector("main [name=code]");
  const typed = new Map(kept()).get("code") ?? new URLSearchParams(location.search).get("code");
  if (!field || field.value || !typed) return;
  field.value = typed;
  field.form.scrollIntoView({ block: "center" });
}

function begin() {
  fillIn();
  if (!copy && !kept()) forgetCopy().catch(() => {});
  if ("bayCompares" in line.dataset) awaitAnswer().catch(() => say(line.dataset.slow));
  if (copy) keepCopy().catch(() => {});
  if (kept()) say(line.dataset.kept);
  send();
}

window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
begin();
