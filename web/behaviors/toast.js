// x-data="toast": leaves after ten seconds, not while held by pointer or focus; failures (data-keep) stay.
const SHOWN_FOR_MS = 10000;

export const toast = () => ({
  timer: 0,
  init() {
    this.start();
  },
  start() {
    clearTimeout(this.timer);
    if (this.$root.dataset.keep === undefined) {
      this.timer = setTimeout(() => this.$root.remove(), SHOWN_FOR_MS);
    }
  },
  hold() {
    clearTimeout(this.timer);
  },
  shut() {
    this.$root.remove();
  },
});
