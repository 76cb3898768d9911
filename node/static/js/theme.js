// Runs before the first paint: says that scripts work, and applies the theme that this reader chose.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  // A preview shows the theme that it was asked for, whatever this reader chose for the site itself.
  if ("themeFixed" in root.dataset) return;
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage may be forbidden; then the system's theme stands.
  }
})();
