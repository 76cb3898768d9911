// Who has it: organisations appear while their name is typed. Without this script the button beside the field finds them.

const PAUSE_MS = 250;

const found = document.querySelector("[data-given-found]");
const look = document.querySelector("[data-given-look]");
const input = look?.form.elements.namedItem("name");
let waiting = 0;
let asking = new AbortController();

async function show() {
  asking.abort();
  asking = new AbortController();
  const address = new URL(location.pathname, location.origin);
  address.searchParams.set("name", input.value);
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    found.replaceChildren(...page.querySelector("[data-given-found]").childNodes);
  } catch {
    // There is no connection, or more was typed: the button is still there.
  }
}

input?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE_MS);
});

// In this field, Enter looks for the name, and never says that somebody has it.
input?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  show();
});
