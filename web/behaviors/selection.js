// x-data="selection" around a table with a checkbox per row: counts them, and the box in the head shows all, some
// or none. The bar with the actions appears by style sheet, without this script too.
export const selection = () => ({
  count_: 0,
  init() {
    this.count();
  },
  count() {
    const boxes = this.$root.querySelectorAll("tbody input[type=checkbox]").length;
    this.count_ = this.$root.querySelectorAll("tbody input[type=checkbox]:checked").length;
    const head = this.$root.querySelector("thead input[type=checkbox]");
    if (head) {
      head.checked = boxes > 0 && this.count_ === boxes;
      head.indeterminate = this.count_ > 0 && this.count_ < boxes;
    }
  },
  all(event) {
    for (const box of this.$root.querySelectorAll("tbody input[type=checkbox]")) {
      box.checked = event.target.checked;
    }
    this.count();
  },
  clear() {
    for (const box of this.$root.querySelectorAll("input[type=checkbox]")) {
      box.checked = false;
    }
    this.count();
  },
  get label() {
    return this.count_ === 1 ? "1 selected" : `${this.count_} selected`;
  },
});
