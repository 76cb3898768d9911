// Trying the API on its own page: a form is sent by script, and the answer stands below it, as text and nothing else.

const SHOWN = [
  "content-type", "etag", "link", "retry-after", "ratelimit-policy", "ratelimit", "server-timing", "allow",
];
const LONGEST = 50000;

/** What the form asks for: fields named in the path go there, empty ones nowhere, the others behind the "?". */
function addressOf(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const [name, value] of new FormData(form)) {
    if (name === "body" || value === "") continue;
    if (path.includes(`{${name}}`)) path = path.replace(`{${name}}`, () => encodeURIComponent(value));
    else query.append(name, value);
  }
  const asked = query.toString();
  return asked ? `${path}?${asked}` : path;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(form, address, body) {
  const sent = body === undefined ? "" : `-H 'Content-Type: application/json' -d ${quoted(body)} `;
  return `curl ${sent}${quoted(new URL(address, document.baseURI).href)}`;
}

function headOf(form, address, answer) {
  const lines = [`${form.dataset.method} ${address}`, `${answer.status} ${answer.statusText}`.trim()];
  for (const name of SHOWN) {
    if (answer.headers.has(name)) lines.push(`${name}: ${answer.headers.get(name)}`);
  }
  return lines.join("\n");
}

function readable(text, cut) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It is shown as it came.
  }
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}\n\n${cut}` : shown;
}

async function send(form) {
  const status = form.querySelector("[data-api-status]");
  const address = addressOf(form);
  const body = form.elements.namedItem("body")?.value;
  status.textContent = form.dataset.waiting;
  form.closest("section").querySelector("[data-api-curl]").textContent = curlOf(form, address, body);
  try {
    const began = performance.now();
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(address, { method: form.dataset.method, headers, body, credentials: "omit" });
    const text = await answer.text();
    status.textContent = `${answer.status}, ${Math.round(performance.now() - began)} ms`;
    form.querySelector("[data-api-head]").textContent = headOf(form, address, answer);
    form.querySelector("[data-api-answer]").textContent = readable(text, form.dataset.cut);
    form.querySelector("[data-api-result]").hidden = false;
  } catch {
    status.textContent = form.dataset.failed;
  }
}

for (const form of document.querySelectorAll("[data-api]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

// A link to a part that is folded away opens it.
function unfold() {
  const part = document.querySelector(":target");
  if (part instanceof HTMLDetailsElement) part.open = true;
}

addEventListener("hashchange", unfold);
unfold();
