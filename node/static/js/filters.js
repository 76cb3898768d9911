// The search page: filters that unfold where there is room, a map that opens on small screens, short addresses.

const wide = matchMedia("(min-width: 60rem)");
for (const filters of document.querySelectorAll("details.filters")) {
  const fit = () => {
    filters.open = wide.matches;
  };
  wide.addEventListener("change", fit);
  fit();
}

for (const button of document.querySelectorAll("[data-map-toggle]")) {
  const panel = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    const open = panel.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
    button.querySelector("[data-words]").textContent = open ? button.dataset.close : button.dataset.open;
    if (!open) return;
    panel.dispatchEvent(new CustomEvent("map:shown", { bubbles: true }));
    panel.scrollIntoView({ block: "nearest" });
  });
}

for (const form of document.querySelectorAll("form[data-tidy]")) {
  // Fields left empty would only make the address longer, and a search is an address that people pass on.
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of new Set(formData.keys())) {
      const kept = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of kept) formData.append(name, value);
    }
  });
}
