// x-data="palette": a dialog with a combobox; what is found comes from the server. [data-open-palette] opens it.
import htmx from "./htmx_global.js";

export const openPalette = () => {
  const dialog = document.getElementById("palette");
  if (!dialog || dialog.open) {
    return;
  }
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = "";
  htmx.trigger(input, "palette-open");
};

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-open-palette]") && document.getElementById("palette")) {
    event.preventDefault();
    openPalette();
  }
});

export const palette = () => ({
  marked: 0,
  get options() {
    return [...this.$root.querySelectorAll("[role=option]")];
  },
  mark(index) {
    const options = this.options;
    this.marked = index;
    options.forEach((option, i) => {
      option.id = `palette-option-${i}`;
      option.setAttribute("aria-selected", String(i === index));
    });
    this.$refs.input.setAttribute("aria-activedescendant", options[index]?.id ?? "");
    options[index]?.scrollIntoView({ block: "nearest" });
  },
  loaded() {
    this.mark(0);
  },
  key(event) {
    const count = this.options.length;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.mark((this.marked + 1) % count);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      this.mark((this.marked + count - 1) % count);
    } else if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      this.options[this.marked].click();
    }
  },
  hover(event) {
    const option = event.target.closest("[role=option]");
    if (option) {
      this.mark(this.options.indexOf(option));
    }
  },
  back(event) {
    if (event.target === this.$root) {
      this.$root.close();
    }
  },
});
