// HTMX requests carry the token of the page in a header; plain forms carry it in a hidden field.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf]")?.content;
  if (token) {
    event.detail.headers["X-CSRF-Token"] = token;
  }
});
