// x-data="copy" data-text="...": puts the text on the clipboard and says so for a moment.
const SHOWN_FOR_MS = 1500;

export const copy = () => ({
  ok: false,
  get todo() {
    return !this.ok;
  },
  async run() {
    try {
      await navigator.clipboard.writeText(this.$root.dataset.text);
    } catch {
      return; // Refused by the browser: the text beside the button can be selected.
    }
    this.ok = true;
    setTimeout(() => {
      this.ok = false;
    }, SHOWN_FOR_MS);
  },
});
