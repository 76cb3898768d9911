// Reading without a connection. The server writes one line before this file, `settings`: what may be kept and how much,
// where the page is that lists it, and a version that changes with every file of the frame.
//
// Pages come from the network whenever there is one, so no reader is held back on an old version: what is kept is shown
// only where the network fails or does not answer for some seconds, and says of when it is.

const { root } = settings;
const cacheOf = (kind) => `sharefeed ${root}/ ${kind}`;
const SHELL = cacheOf(`shell ${settings.version}`);
const PAGES = cacheOf("pages");
const PICTURES = cacheOf("pictures");
// Put there by the pages of handovers themselves (bay.js).
const BAY = cacheOf("bay");
const KEPT = new RegExp(settings.kept);
const KEPT_AT = "X-Kept-At";
let stopped = false;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || !url.pathname.startsWith(`${root}/`)) return;
  const path = url.pathname.slice(root.length);
  if (request.mode === "navigate") {
    event.respondWith(request.destination === "document" ? page(event, url) : fromNetwork(event));
  } else if (/^\/(?:static\/|brand\/|brand\.css$)/.test(path)) event.respondWith(fileOfTheFrame(event));
  else if (/^\/(?:photos|media)\/[^/]+$/.test(path)) event.respondWith(picture(event));
});

self.addEventListener("message", (event) => {
  const { keep, pictures, stop } = event.data ?? {};
  stopped = Boolean(stop);
  if (keep) event.waitUntil(keepFirst(new URL(keep), pictures));
});

async function prepare() {
  const cache = await caches.open(SHELL);
  // Names by content: what the browser has already is not asked for again.
  await cache.addAll(settings.shell);
  await cache.add(new Request(settings.offline, { cache: "reload" }));
  // Nothing in an open page depends on which worker answers it, so the new one need not wait for them to be closed.
  await self.skipWaiting();
}

async function takeOver() {
  const ours = (await caches.keys()).filter((name) => name.startsWith(cacheOf("shell ")) && name !== SHELL);
  await Promise.all(ours.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
  await Promise.all([trim(PAGES, settings.pages), trim(PICTURES, settings.pictures)]);
}

// Pages

function mayBeKept(url, answer) {
  const path = url.pathname.slice(root.length);
  if (!KEPT.test(path) || settings.never.some((name) => url.searchParams.has(name))) return false;
  if (answer.status !== 200 || answer.type !== "basic" || answer.redirected) return false;
  if (/no-store|private/i.test(answer.headers.get("Cache-Control") ?? "")) return false;
  return (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
}

const keyOf = (url) => `${url.origin}${url.pathname}${url.search}`;

async function page(event, url) {
  const answer = fromNetwork(event);
  // Looked at before the reader gets it: a body is read once.
  event.waitUntil(answer.then((fresh) => mayBeKept(url, fresh) && keep(url, fresh.clone()), () => {}));
  const held = await keptPage(url);
  try {
    return await (held ? Promise.race([answer, tooLate()]) : answer);
  } catch {
    return held ? marked(held, `data-kept="${held.headers.get(KEPT_AT)}"`) : withoutConnection(url);
  }
}

async function keptPage(url) {
  const held = await (await caches.open(PAGES)).match(keyOf(url));
  return held && !isOld(held) ? held : undefined;
}

async function fromNetwork(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

function tooLate() {
  return new Promise((_, give) => setTimeout(give, settings.patience, new Error("too late")));
}

async function withoutConnection(url) {
  const bay = await caches.open(BAY);
  const copy = await bay.match(`${url.origin}${url.pathname}`);
  if (copy) return copy;
  const scanned = meant(await bay.keys(), url);
  if (scanned) return Response.redirect(scanned, 303);
  const held = await (await caches.open(SHELL)).match(settings.offline);
  if (!held) return Response.error();
  return keyOf(url) === new URL(settings.offline, location).href ? held : marked(held, "data-missed", 503);
}

// Where a picture leads that was scanned at the door: to the copy of the same exchange, with the code that it brought.
function meant(keys, { pathname, searchParams }) {
  const id = pathname.match(/\/exchanges\/([0-9a-z]+)$/i)?.[1];
  if (!id) return undefined;
  const isAsker = searchParams.get("for") === "asker";
  const isOurs = (path) =>
    path.includes(`/asked/${id}.`) ? path.includes(".asker.") === isAsker : path.endsWith(`/requests/${id}`);
  const held = keys.map((key) => new URL(key.url)).find((address) => isOurs(address.pathname));
  if (held) held.search = new URLSearchParams({ code: searchParams.get("code") ?? "" });
  return held;
}

// The page itself is told by a mark on its first element; its headers, its policy among them, are those that it came with.
async function marked(held, mark, status = 200) {
  const text = await held.text();
  return new Response(text.replace("<html ", `<html ${mark} `), { status, headers: headersOf(held) });
}

function headersOf(answer) {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "etag", "vary"]) headers.delete(name);
  return headers;
}

const keep = (url, answer) => put(PAGES, keyOf(url), answer, settings.pages);

// The page on which somebody was when this began was there before there was anybody to keep it.
async function keepFirst(url, pictures) {
  if (url.origin !== location.origin) return;
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!mayBeKept(url, answer)) return;
  await keep(url, answer);
  for (const address of (pictures ?? []).slice(0, settings.pictures)) {
    const shown = await fetch(address).catch(() => null);
    if (shown?.status === 200 && shown.type === "basic") await put(PICTURES, address, shown, settings.pictures);
  }
}

// Files and pictures

async function fileOfTheFrame(event) {
  const { request } = event;
  const cache = await caches.open(SHELL);
  const held = await cache.match(request);
  if (held) return held;
  try {
    const answer = await fetch(request);
    const named = new URL(request.url).searchParams.has("v");
    if (named && answer.ok && answer.type === "basic") event.waitUntil(cache.put(request, answer.clone()));
    return answer;
  } catch (error) {
    // A page that was kept before the last change asks for files as they were then. Those of today will do.
    const today = await cache.match(request, { ignoreSearch: true });
    if (today) return today;
    throw error;
  }
}

async function picture(event) {
  const held = await (await caches.open(PICTURES)).match(event.request);
  if (held) return held;
  const answer = await fetch(event.request);
  if (answer.status === 200 && answer.type === "basic") {
    event.waitUntil(put(PICTURES, event.request, answer.clone(), settings.pictures));
  }
  return answer;
}

// What is kept

// Anew at the end: the order in which a cache lists what it holds is the order in which it was put there.
async function put(name, key, answer, most) {
  try {
    const headers = headersOf(answer);
    headers.set(KEPT_AT, new Date().toISOString());
    const whole = new Response(await answer.blob(), { headers });
    if (stopped) return;
    const cache = await caches.open(name);
    await cache.delete(key);
    await cache.put(key, whole);
    await trim(name, most);
  } catch {
    // No room on this device. Then less is kept.
  }
}

async function trim(name, most) {
  const cache = await caches.open(name);
  const keys = await cache.keys();
  for (const [at, key] of keys.entries()) {
    const held = await cache.match(key);
    // Those behind it are newer, and few enough.
    if (keys.length - at <= most && held && !isOld(held)) return;
    await cache.delete(key);
  }
}

function isOld(held) {
  return Date.parse(held.headers.get(KEPT_AT)) < Date.now() - settings.days * 86400000;
}
