// Free listings on another website. Stands there in one line, as often as one likes:
//   <a href="…" data-sharefeed>…</a><script async src="…/embed.js" data-organisation="…"></script>
// The script takes its own place with a frame of the board, which it makes as tall as the listings in it, and takes away
// the link before it, which is for those for whom no script runs. It sets no cookie and leaves nothing behind.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.src) return;

  // What the frame may be asked; of these only words and places may hold commas.
  const single = ["q", "near", "lat", "lon", "within", "from", "to", "sort", "limit", "listing", "theme", "colour", "language"];
  const several = ["direction", "kind", "action", "category", "organisation_type", "condition", "status", "organisation", "source"];
  const board = new URL(script.src);
  const address = new URL("embed", board);
  for (const name of single) if (script.dataset[name]) address.searchParams.set(name, script.dataset[name]);
  for (const name of several) {
    for (const value of (script.dataset[name] || "").split(",")) {
      if (value.trim()) address.searchParams.append(name, value.trim());
    }
  }

  // Left to itself it is as light or as dark as what it stands on, whatever the reader's system is.
  const isDark = (paint) => {
    const [red, green, blue, opaque = 1] = paint.startsWith("rgb") ? paint.match(/[\d.]+/g).map(Number) : [0, 0, 0, 0];
    return opaque < 0.5 ? null : red * 0.3 + green * 0.59 + blue * 0.11 < 128;
  };
  const fitting = () => {
    for (let around = script.parentElement; around; around = around.parentElement) {
      const dark = isDark(getComputedStyle(around).backgroundColor);
      if (dark !== null) return dark ? "dark" : "light";
    }
    const scheme = getComputedStyle(document.documentElement).colorScheme;
    const wish = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    return scheme.includes(wish) ? wish : scheme.includes("dark") ? "dark" : "light";
  };
  const named = address.searchParams.get("theme");
  const theme = named === "dark" || named === "light" ? named : fitting();
  address.searchParams.set("theme", theme);

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || board.host;
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  Object.assign(frame.style, { display: "block", width: "100%", height: "24rem", border: "0", colorScheme: theme });

  const listen = (event) => {
    if (!frame.isConnected) removeEventListener("message", listen);
    else if (event.origin === board.origin && event.source === frame.contentWindow) {
      const said = event.data;
      const height = said && said.sharefeed === "height" ? Number(said.height) : 0;
      if (height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
    }
  };
  addEventListener("message", listen);

  const link = script.previousElementSibling;
  script.replaceWith(frame);
  if (link && link.matches("a[data-sharefeed]")) link.remove();
})();
