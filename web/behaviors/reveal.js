// x-data="reveal" around a password field and its button.
export const reveal = () => ({
  on: false,
  flip() {
    this.on = !this.on;
  },
  get off() {
    return !this.on;
  },
  get type() {
    return this.on ? "text" : "password";
  },
  get pressed() {
    return String(this.on);
  },
});
