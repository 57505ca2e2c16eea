// The script of every page. Each behaviour is a file of its own, usable on any element.
import "./quiet_globals.js";
import "./htmx_global.js";
import "htmx-ext-sse";
import Alpine from "@alpinejs/csp";
import "./morph.js";
import "./stream.js";
import "./csrf.js";
import "./theme.js";
import "./keyboard.js";
import "./menus.js";
import "./dialogs.js";
import "./failures.js";
import { palette } from "./palette.js";
import { selection } from "./selection.js";
import { typed } from "./typed.js";
import { reveal } from "./reveal.js";
import { copy } from "./copy.js";
import { toast } from "./toast.js";
import { elapsed } from "./elapsed.js";

for (const [name, component] of Object.entries({ palette, selection, typed, reveal, copy, toast, elapsed })) {
  Alpine.data(name, component);
}
window.Alpine = Alpine;
Alpine.start();

// Heavy parts are loaded only by the pages that have them.
if (document.querySelector("[data-chart]")) {
  import("./charts.js").then((charts) => charts.start());
}
