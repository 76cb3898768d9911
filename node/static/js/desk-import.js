// An import that is being worked on: the page looks again by itself, as long as somebody sees it.

if (document.querySelector("[data-at-work]")) {
  setInterval(() => {
    if (!document.hidden) location.reload();
  }, 2500);
}
