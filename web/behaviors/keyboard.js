// Ctrl-K opens the palette, "/" goes to the filter, "g" and the letter in a link's data-go opens that section.
import { openPalette } from "./palette.js";

const GO_WITHIN_MS = 900;
const TYPING = "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable=true],.cm-editor,.xterm";

let wentAt = 0;

const focusFilter = (event) => {
  const filter = document.querySelector("[data-filter]");
  if (filter) {
    event.preventDefault();
    filter.focus();
    filter.select();
  }
};

const goTo = (key) => {
  const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
  if (link) {
    wentAt = 0;
    location.assign(link.href);
  }
};

document.addEventListener("keydown", (event) => {
  const isPaletteKey = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (isPaletteKey && !event.target.closest?.(".xterm")) {
    event.preventDefault();
    openPalette();
    return;
  }
  const isTyping = event.target.closest?.(TYPING);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (event.key === "/") {
    focusFilter(event);
  } else if (event.key === "g") {
    wentAt = Date.now();
  } else if (Date.now() - wentAt < GO_WITHIN_MS) {
    goTo(event.key);
  }
});
