// What went wrong, and the two ways on: try again, or the first page.
const nav = require("../../lib/nav");

Component({
  properties: { words: Object, retry: Boolean },
  methods: {
    onRetry() {
      this.triggerEvent("retry");
    },
    onHome() {
      nav.home();
    },
  },
});
