// The selfie, only where the service says that it may be taken in the mini-program. The camera is touched after the
// privacy guide, the two consents and a tap of the person's own; the pass and the card stay one tap away.
const { ask, sendPicture } = require("../../lib/api");
const estates = require("../../lib/estates");
const faults = require("../../lib/faults");
const nav = require("../../lib/nav");
const privacy = require("../../lib/privacy");
const screen = require("../../lib/screen");

const AGAIN = 1500;

screen({
  data: { ready: false, here: false, asks: false, face: null },

  onUnload() {
    clearTimeout(this.timer);
  },
  onHide() {
    clearTimeout(this.timer);
  },

  async load() {
    const face = await ask("get_face", { estate_id: estates.currentId() });
    const here = estates.selfieHere(face);
    if (here && !face.agreed && !face.enrolled) {
      nav.next("consent", { purpose: "face_use" });
      return;
    }
    const asks = here && face.agreed && face.latest !== "pending" && !face.enrolled;
    this.setData({ ready: true, here, face, asks });
    clearTimeout(this.timer);
    if (face.latest === "pending") {
      this.timer = setTimeout(() => this.run(() => this.load()), AGAIN);
    }
  },

  onTake() {
    return this.run(async () => {
      if (!(await privacy.allow())) {
        throw new faults.Fault(faults.NOT_AGREED);
      }
      const picture = await this.take();
      if (picture) {
        await sendPicture("enrol", { estate_id: estates.currentId() }, picture);
        await this.load();
      }
    });
  },

  /** The picture's place on the phone; none when the person thought better of it. */
  take() {
    return new Promise((resolve) => {
      wx.chooseMedia({
        count: 1,
        mediaType: ["image"],
        sourceType: ["camera", "album"],
        sizeType: ["compressed"],
        camera: "front",
        success: (chosen) => resolve(chosen.tempFiles[0].tempFilePath),
        fail: () => resolve(""),
      });
    });
  },

  onPass() {
    nav.next("pass");
  },
  onWithdraw() {
    nav.to("withdraw");
  },
});
