// x-data="typed" data-name="example.com": off until that name was typed. The server compares again.
export const typed = () => ({
  value: "",
  get off() {
    return this.value.trim() !== this.$root.dataset.name;
  },
});
