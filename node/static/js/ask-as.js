// The address of somebody's own node is remembered here, in this browser alone, once they went there.

const KEY = "sharefeed-own-node";
const field = document.querySelector("input[name='node']");
const link = document.querySelector("[data-own-node]");

try {
  if (field && !field.value) field.value = localStorage.getItem(KEY) ?? "";
  link?.addEventListener("click", () => localStorage.setItem(KEY, link.dataset.ownNode));
} catch {
  // Without storage it is typed again.
}
