// Small comforts on every page: the theme switch, focus on what is to be put right or was done, and nothing kept of a form that was sent.

function chosenTheme() {
  try {
    return localStorage.getItem("theme") ?? "system";
  } catch {
    return "system";
  }
}

function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // It then lasts as long as this page.
  }
}

function apply(theme, buttons) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === theme));
}

for (const group of document.querySelectorAll("[data-theme-switch]")) {
  const buttons = group.querySelectorAll("button");
  const now = chosenTheme();
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.value === now));
    button.addEventListener("click", () => {
      remember(button.value);
      apply(button.value, buttons);
    });
  }
}

// What desk-form.js keeps of a form in this window is not needed once the form was sent and this page is the answer.
function forgetSent() {
  try {
    const [from, shelf] = JSON.parse(sessionStorage.getItem("desk:sent") ?? "[]");
    if (from && document.referrer === from) sessionStorage.removeItem(shelf);
    sessionStorage.removeItem("desk:sent");
  } catch {
    // Then nothing was kept.
  }
}

forgetSent();

// A screen reader says nothing by itself of what stood on a page from its beginning.
const first = document.querySelector("[data-error-summary]");
if (first) first.focus();
else if (!location.hash) document.querySelector("[data-flash]")?.focus();
