// Menus are native popovers: opening, Escape and returning focus are the browser's. Arrow keys are added here, and
// a menu closes before HTMX replaces what it belongs to.
const menuOf = (element) => {
  const found = element.closest?.(".pop, [popovertarget]");
  if (!found) {
    return null;
  }
  return found.matches(".pop") ? found : document.getElementById(found.getAttribute("popovertarget"));
};

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") {
    return;
  }
  const menu = menuOf(event.target);
  const items = menu?.matches(".pop:popover-open") ? [...menu.querySelectorAll("a,button")] : [];
  if (items.length === 0) {
    return;
  }
  event.preventDefault();
  const current = items.indexOf(document.activeElement);
  const next = event.key === "ArrowDown" ? current + 1 : Math.max(current, 0) - 1;
  items[(next + items.length) % items.length].focus();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  event.target.closest?.(".pop:popover-open")?.hidePopover();
});
