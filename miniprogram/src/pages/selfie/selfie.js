// The face, only where the service says that it may be taken in the mini-program. The camera is touched after the
// privacy guide, the two consents and a tap of the person's own; the pass and the card stay one tap away, and who
// cannot make the movement sends a picture, which the office checks in person.
const { ask, sendPicture, sendPictures } = require("../../lib/api");
const answers = require("../../lib/answers");
const estates = require("../../lib/estates");
const faults = require("../../lib/faults");
const film = require("../../lib/film");
const nav = require("../../lib/nav");
const privacy = require("../../lib/privacy");
const screen = require("../../lib/screen");
const { when } = require("../../lib/times");

const AGAIN = 1500;
const STRAIGHT = { zh: "请正对镜头", en: "Please look straight into the camera", arrow: "◎" };
const SENDING = { zh: "好了，正在提交…", en: "Done, sending…", arrow: "✓" };
const ARROWS = { turn_left: "←", turn_right: "→", blink: "◡ ◡" };
const NO_CAMERA = {
  code: "phone.camera",
  zh: "镜头没有打开。请在设置里允许使用镜头，或按“做不了这个动作”。",
  en: "The camera did not open. Allow it in the settings, or choose “I cannot do this”.",
};

screen({
  data: { ready: false, here: false, asks: false, moves: false, filming: false, prompt: null, face: null, until: "" },

  onUnload() {
    this.leave();
  },
  onHide() {
    this.leave();
  },
  leave() {
    clearTimeout(this.timer);
    this.setData({ filming: false, prompt: null });
  },

  async load() {
    const face = await ask("get_face", { estate_id: estates.currentId() });
    const here = estates.selfieHere(face);
    if (here && !face.agreed && !face.enrolled) {
      await this.instead();
      return;
    }
    const until = face.renew_until ? when(face.renew_until) : "";
    const asks = here && face.agreed && face.latest !== "pending" && (!face.enrolled || until !== "");
    this.setData({ ready: true, here, face, asks, moves: face.asks === true, until });
    clearTimeout(this.timer);
    if (face.latest === "pending") {
      this.timer = setTimeout(() => this.run(() => this.load()), AGAIN);
    }
  },

  /** Not agreed to both: the first question left, or the page of a face that stays in the gate. */
  async instead() {
    const said = await answers.of(estates.currentId());
    if (!said.given("face_use")) {
      nav.next("consent", { purpose: "face_use" });
    } else if (said.all.some((one) => one.purpose === "face_server" && one.status === "refused")) {
      nav.next("gateface");
    } else {
      nav.next("consent", { purpose: "face_server" });
    }
  },

  /** The camera comes into view; its own event then begins the film. */
  onBegin() {
    return this.run(async () => {
      await this.agreed();
      this.setData({ filming: true, prompt: STRAIGHT });
    });
  },

  onCamera() {
    return this.run(async () => {
      try {
        await this.film();
      } finally {
        this.setData({ filming: false, prompt: null });
      }
      await this.load();
    });
  },

  onNoCamera() {
    this.setData({ filming: false, prompt: null, fault: NO_CAMERA });
  },

  async film() {
    const where = { estate_id: estates.currentId() };
    const asked = await ask("ask_movement", where);
    const words = { zh: asked.zh, en: asked.en, arrow: ARROWS[asked.movement] };
    const begin = () => this.setData({ prompt: words });
    const frames = await film.shoot(wx.createCameraContext(), begin, () => this.data.filming);
    if (!this.data.filming) {
      return;
    }
    this.setData({ prompt: SENDING });
    await sendPictures("send_film", where, { challenge: asked.id, frames });
  },

  onTake() {
    return this.run(async () => {
      await this.agreed();
      const picture = await this.take();
      if (picture) {
        await sendPicture("enrol", { estate_id: estates.currentId() }, picture);
        await this.load();
      }
    });
  },

  async agreed() {
    if (!(await privacy.allow())) {
      throw new faults.Fault(faults.NOT_AGREED);
    }
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
