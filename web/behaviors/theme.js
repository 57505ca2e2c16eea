// [data-theme-form]: the theme changes at once; the cookie set by the server keeps it.
const apply = (theme) => {
  if (theme === "system") {
    document.documentElement.removeAttribute("data-theme");
  } else {
    document.documentElement.setAttribute("data-theme", theme);
  }
};

// Every copy of the form (top bar, account menu) and the button of the menu show the same choice.
const show = (theme, icon) => {
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const opener = document.querySelector("[popovertarget=m-theme]");
  opener?.querySelector("use")?.setAttribute("href", icon);
  opener?.setAttribute("aria-label", `Theme: ${theme[0].toUpperCase()}${theme.slice(1)}`);
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  const theme = event.submitter?.value;
  if (!form.matches?.("[data-theme-form]") || !theme) {
    return;
  }
  event.preventDefault();
  apply(theme);
  show(theme, event.submitter.querySelector("use").getAttribute("href"));
  form.closest("[popover]")?.hidePopover();
  const body = new URLSearchParams(new FormData(form));
  body.set("theme", theme);
  fetch(form.action, { method: "POST", body, redirect: "manual" });
});
