// hx-swap="morph", "morph:outerHTML" and "morph:innerHTML": the new HTML is merged into the old, so focus, what
// is being typed or ticked, open folds and open dialogs stay. Idiomorph's own extension evaluates its options with
// Function(), which the content security policy refuses.
import { Idiomorph } from "idiomorph";
import htmx from "./htmx_global.js";

// What the reader has opened or ticked is not in the new HTML.
const belongsToReader = (name, element) =>
  (name === "open" && (element.tagName === "DETAILS" || element.tagName === "DIALOG")) ||
  (name === "checked" && element.matches(".tbl .check"));
// The words of such an element are written by the behaviour around it.
const isWrittenHere = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches("[x-text]:not([x-data])");

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
        beforeNodeMorphed: (node) => !isWrittenHere(node),
        beforeAttributeUpdated: (name, element) => !belongsToReader(name, element),
      },
    });
  },
});
