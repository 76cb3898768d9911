// How far: the row of links becomes a slider that goes to the same addresses. The links stay beneath as its scale.

const AGAIN = "reach-again";

function slide(nav) {
  const links = [...nav.querySelectorAll(".reach-steps a")];
  const current = links.findIndex((link) => link.getAttribute("aria-current"));
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", className: "reach-slider", min: 0, max: links.length - 1, step: 1 });
  slider.value = current < 0 ? links.length - 1 : current;
  slider.setAttribute("aria-labelledby", nav.getAttribute("aria-labelledby"));
  slider.setAttribute("aria-description", nav.dataset.how);
  const say = () => {
    slider.setAttribute("aria-valuetext", links[slider.value].getAttribute("aria-label"));
    links.forEach((link, at) => {
      const meant = at === Number(slider.value);
      link.classList.toggle("is-meant", meant);
      link.tabIndex = meant ? 0 : -1;
    });
  };
  const go = () => {
    if (Number(slider.value) === current) return;
    try {
      sessionStorage.setItem(AGAIN, "1");
    } catch {
      // Then the focus starts at the top.
    }
    location.assign(links[slider.value].href);
  };
  let dragged = false;
  slider.addEventListener("pointerdown", () => (dragged = true));
  slider.addEventListener("input", say);
  // By key, each step is a change: it waits for Enter, so that nobody is carried off on the way to a farther one.
  slider.addEventListener("change", () => dragged && go());
  slider.addEventListener("keydown", ({ key }) => {
    dragged = false;
    if (key === "Enter") go();
  });
  return { slider, say, links };
}

function install(nav) {
  const { slider, say, links } = slide(nav);
  const scale = nav.querySelector(".reach-scale");
  scale.style.setProperty("--steps", links.length);
  scale.prepend(slider);
  nav.classList.add("is-slider");
  say();
  try {
    if (sessionStorage.getItem(AGAIN)) slider.focus({ preventScroll: true });
    sessionStorage.removeItem(AGAIN);
  } catch {
    // Nothing is remembered then.
  }
}

for (const nav of document.querySelectorAll("[data-reach]")) install(nav);
