// dialog[data-auto]: opened when HTMX brings it, removed when it closes; the browser gives focus back.
// [data-close] closes the dialog it stands in.
const autoDialogIn = (element) => {
  const selector = "dialog[data-auto]:not([open])";
  return element.matches?.(selector) ? element : element.querySelector?.(selector);
};

document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = autoDialogIn(event.target);
  if (dialog) {
    dialog.showModal();
    dialog.addEventListener("close", () => dialog.remove(), { once: true });
  }
});

document.addEventListener("click", (event) => {
  const dialog = event.target.closest?.("[data-close]")?.closest("dialog");
  if (dialog) {
    event.preventDefault();
    dialog.close();
  }
});
