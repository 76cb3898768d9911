// Maps: nothing is loaded for one before it can be seen. What draws it is in the folder `map`.

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      import("./map/start.js").then(({ start }) => start(target));
    }
  },
  { rootMargin: "200px" },
);

for (const box of document.querySelectorAll("[data-map]")) seen.observe(box);
