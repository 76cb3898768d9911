// Passing a listing on: the system's own way to share, else a copied address; and printing its sheet.

for (const button of document.querySelectorAll("[data-share]")) {
  button.addEventListener("click", async () => {
    const { share: url, title, copied, failed } = button.dataset;
    const status = document.querySelector("[data-share-status]");
    try {
      if (navigator.share) {
        await navigator.share({ title, url });
        return;
      }
      await navigator.clipboard.writeText(url);
      status.textContent = copied;
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = failed;
    }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
