// Small comforts on every page: the theme switch, and focus on the error summary.

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

document.querySelector("[data-error-summary]")?.focus();
