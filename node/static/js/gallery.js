// Photos in a frame of their own: arrow keys go from one to the next, Escape closes, and the focus comes back to where it
// was. The links that it opens lead to the same pictures without it.

function install(viewer) {
  const links = [...document.querySelectorAll("[data-gallery] [data-picture]")];
  const image = new Image();
  viewer.querySelector("figure").prepend(image);
  const words = viewer.querySelector("[data-viewer-words]");
  const count = viewer.querySelector("[data-viewer-count]");
  const backwards = viewer.closest("[dir]")?.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  const onwards = backwards === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  let now = 0;
  let from = 0;

  function show(at) {
    now = (at + links.length) % links.length;
    const { alt } = links[now].dataset;
    image.src = links[now].href;
    image.alt = alt;
    image.lang = links[now].querySelector("img").lang;
    words.textContent = alt;
    count.textContent = links.length > 1 ? `${now + 1}/${links.length}` : "";
  }

  links.forEach((link, at) =>
    link.addEventListener("click", (event) => {
      // Whoever wants it in a window of its own gets that.
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      show(at);
      viewer.showModal();
    }),
  );
  viewer.addEventListener("keydown", (event) => {
    const steps = { [backwards]: now - 1, [onwards]: now + 1, Home: 0, End: links.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(steps[event.key]);
  });
  for (const button of viewer.querySelectorAll("[data-viewer-step]")) {
    button.addEventListener("click", () => show(now + Number(button.dataset.viewerStep)));
  }
  viewer.addEventListener("pointerdown", ({ clientX }) => (from = clientX));
  viewer.addEventListener("pointerup", ({ clientX, pointerType }) => {
    if (pointerType === "touch" && Math.abs(clientX - from) > 60) show(now + (clientX < from ? 1 : -1));
  });
  // A click beside the picture, on what is behind the frame, closes it too.
  viewer.addEventListener("click", ({ target }) => target === viewer && viewer.close());
  viewer.querySelector("[data-viewer-close]").addEventListener("click", () => viewer.close());
}

for (const viewer of document.querySelectorAll("[data-viewer]")) install(viewer);
