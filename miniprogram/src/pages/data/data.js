// Everything held of me, who looked at it, and every way to take it back.
const { ask } = require("../../lib/api");
const answers = require("../../lib/answers");
const estates = require("../../lib/estates");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const store = require("../../lib/store");
const { when } = require("../../lib/times");

const FILE = "kaimen-my-data.json";
const INDENT = 1;

function reader(who) {
  const known = { job: "系统 the system", person: "家里的监护人 a guardian of the household" };
  return known[who] || who.replace(/^staff:/, "");
}

screen({
  data: { ready: false, me: null, face: null, homes: [], consents: [], looks: [], name: "", done: "" },

  async load() {
    const where = { estate_id: estates.currentId() };
    const [me, given, face, looks] = await Promise.all([
      ask("get_me"),
      answers.of(where.estate_id),
      ask("get_face", where),
      ask("list_look_ups"),
    ]);
    this.setData({
      ready: true,
      me,
      name: me.name,
      face: { kept: face.enrolled, standing: face.enrolled || given.given("face_use") || face.latest === "pending", atGate: given.given("face_use") && !given.given("face_server") },
      homes: me.residencies.map((one) => ({
        id: one.id,
        household: one.household,
        status: label("residency", one.status),
        role: label("role", one.role),
      })),
      consents: given.all.map((one) => ({
        id: one.id,
        purpose: label("purpose", one.purpose),
        status: label("consent", one.status),
        yes: one.status === "given",
        at: when(one.decided_at),
      })),
      looks: looks.look_ups.map((one, index) => ({
        id: String(index),
        reader: reader(one.reader),
        purpose: label("look", one.purpose),
        at: when(one.at),
      })),
    });
  },

  onName(event) {
    this.setData({ name: event.detail.value });
  },
  onSaveName() {
    return this.run(async () => {
      await ask("set_name", {}, { name: this.data.name });
      this.setData({ done: "name" });
    });
  },

  copyText() {
    return ask("get_data").then((held) => JSON.stringify(held, null, INDENT));
  },
  onCopy() {
    return this.run(async () => {
      const data = await this.copyText();
      wx.setClipboardData({ data, success: () => this.setData({ done: "copy" }) });
    });
  },
  /** The file goes where the person sends it, such as to their own file assistant, and is then removed. */
  onFile() {
    return this.run(async () => {
      const files = wx.getFileSystemManager();
      const filePath = `${wx.env.USER_DATA_PATH}/${FILE}`;
      files.writeFileSync(filePath, await this.copyText(), "utf8");
      wx.shareFileMessage({ filePath, fileName: FILE, complete: () => files.unlink({ filePath }) });
    });
  },

  onGo(event) {
    nav.to(event.currentTarget.dataset.page);
  },
  async onSignOut() {
    if (await this.run(() => ask("sign_out"))) {
      store.forgetPerson();
      nav.home();
    }
  },
});
