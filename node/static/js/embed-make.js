// Composing what goes onto another website: the preview and the lines to copy follow the form while it is filled in. The
// page is asked for anew, as its button would, and only what was made is taken out of it.

const form = document.querySelector("[data-embed-form]");
const status = document.querySelector("[data-made-status]");
let waiting;
let turns = 0;

function address() {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${form.action}?${new URLSearchParams(filled)}`;
}

async function renew() {
  const turn = ++turns;
  const asked = address();
  try {
    const answer = await fetch(asked, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const made = page.getElementById("made");
    // Whoever typed on in the meantime is answered by what they typed last.
    if (!answer.ok || !made || turn !== turns) return;
    document.getElementById("made").replaceWith(document.importNode(made, true));
    history.replaceState(null, "", asked);
    status.textContent = status.dataset.words;
  } catch {
    // The button under the form still does it.
  }
}

form.addEventListener("input", () => {
  status.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(renew, 400);
});

addEventListener("message", ({ origin, source, data }) => {
  const frame = document.querySelector("[data-preview]");
  if (origin !== location.origin || source !== frame.contentWindow) return;
  if (data?.sharefeed === "height" && data.height > 0 && data.height < 20000) frame.height = Math.ceil(data.height);
});
