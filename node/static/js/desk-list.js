// The list of listings: how many are ticked, and everything between two ticks at once.

const rows = document.querySelector("[data-own-rows]");
const count = document.querySelector("[data-bulk-count]");

if (rows && count) {
  const boxes = [...rows.querySelectorAll("input[type=checkbox]")];
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    count.textContent = ticked ? `(${ticked.toLocaleString(document.documentElement.lang || "en")})` : "";
  };
  // With shift, everything between two ticks.
  let last;
  rows.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== undefined) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
    tell();
  });
  addEventListener("pageshow", tell);
  tell();
}
