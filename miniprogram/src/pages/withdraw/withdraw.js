// The second of the two taps that withdraw a face.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");

screen({
  async onWithdraw() {
    let begun = null;
    const work = async () => (begun = await ask("withdraw_face", { estate_id: estates.currentId() }));
    if (await this.run(work)) {
      nav.next("erasure", { id: begun.id });
    }
  },
  onKeep() {
    nav.next("data");
  },
});
