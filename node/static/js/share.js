// Passing something on: the system's own way to share where there is one, and a copied address or text everywhere.
// What became of it is said in the status line beside the button, which screen readers read out.

function tell(button, text) {
  const line = button.closest("[data-sharing]")?.querySelector("[data-share-status]");
  if (!line) return;
  // Emptied first: the same words once more would not be read out again.
  line.textContent = "";
  setTimeout(() => {
    line.textContent = text;
  }, 50);
}

async function share(button) {
  try {
    await navigator.share({ title: button.dataset.title, url: button.dataset.share });
  } catch (error) {
    // Whoever closes the system's window has changed their mind, and nothing is wrong.
    if (error.name !== "AbortError") tell(button, button.dataset.failed);
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copyField ?? "");
  try {
    await navigator.clipboard.writeText(field ? field.value : button.dataset.copy);
    tell(button, button.dataset.copied);
  } catch {
    field?.select();
    tell(button, button.dataset.failed);
  }
}

// One listener for all, so that buttons which come later work as well.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-share], [data-copy], [data-copy-field], [data-print]");
  if (!button) return;
  if (button.dataset.share !== undefined) share(button);
  else if (button.dataset.print !== undefined) window.print();
  else copy(button);
});

if (navigator.share) for (const button of document.querySelectorAll("[data-share]")) button.hidden = false;
