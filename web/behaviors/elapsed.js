// x-data="elapsed" data-ms="<so far>": counts on from there.
const minutes = (seconds) => `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;

export const elapsed = () => ({
  seconds: 0,
  timer: 0,
  init() {
    const startedAt = Date.now() - Number(this.$root.dataset.ms);
    const tick = () => {
      this.seconds = (Date.now() - startedAt) / 1000;
    };
    tick();
    this.timer = setInterval(tick, 100);
  },
  destroy() {
    clearInterval(this.timer);
  },
  get text() {
    return this.seconds < 60 ? `${this.seconds.toFixed(1)} s` : minutes(this.seconds);
  },
});
