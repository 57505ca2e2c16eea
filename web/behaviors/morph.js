// hx-swap="morph", "morph:outerHTML" and "morph:innerHTML": the new HTML is merged into the old, so focus, what
// is being typed, open folds and open dialogs stay. Idiomorph's own extension evaluates its options with
// Function(), which the content security policy refuses.
import { Idiomorph } from "idiomorph";
import htmx from "./htmx_global.js";

const keepsItsOpenState = (element) => element.tagName === "DETAILS" || element.tagName === "DIALOG";

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph" || style === "morph:outerHTML",
  handleSwap(style, target, fragment) {
    if (!style.startsWith("morph")) {
      return undefined;
    }
    return Idiomorph.morph(target, fragment.children, {
      morphStyle: style === "morph:innerHTML" ? "innerHTML" : "outerHTML",
      ignoreActiveValue: true,
      restoreFocus: true,
      callbacks: {
        beforeAttributeUpdated: (name, element) => !(name === "open" && keepsItsOpenState(element)),
      },
    });
  },
});
