// A request that gets no answer, or one from something in between, says so in a toast. What the panel itself refuses
// comes with its own toast.
const NO_ANSWER = "toast-no-answer";

const tell = () => {
  const toasts = document.getElementById("toasts");
  const words = document.getElementById("no-answer");
  if (toasts && words && !document.getElementById(NO_ANSWER)) {
    toasts.append(words.content.cloneNode(true));
  }
};

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, tell);
}

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Reswap") !== "none") {
    tell();
  }
});
