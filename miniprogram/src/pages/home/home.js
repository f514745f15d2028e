// The first page. Until the person signs in, nothing is asked and everything public can be read.
const { ask } = require("../../lib/api");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const places = require("../../lib/estates");
const screen = require("../../lib/screen");
const session = require("../../lib/session");
const store = require("../../lib/store");
const { when } = require("../../lib/times");
const keptPass = require("../../lib/kept_pass");
const telling = require("../../lib/telling");

const SHOWN = 3;

screen({
  data: { ready: false, estates: [], estate: null, signedIn: false, state: null, name: "", faceHere: false, kept: false, told: "" },

  /** Opened by the code that hangs at a gate, the page is about that estate; once, so that another can be chosen. */
  onLoad(options) {
    this.scene = decodeURIComponent(options.scene || "");
  },

  async load() {
    const kept = store.get("estate");
    this.setData({ kept: Boolean(kept && keptPass.living(kept, Date.now())) });
    const { estates } = await ask("list_estates");
    const estate = places.chosen(estates, this.scene);
    this.scene = "";
    this.setData({ ready: true, estates, estate, signedIn: session.signedIn() });
    if (estate && session.signedIn()) {
      await this.greet(estate);
    }
  },

  async greet(estate) {
    const where = { estate_id: estate.id };
    const [me, home] = await Promise.all([ask("get_me"), ask("get_home", where)]);
    const residencies = home.residencies.slice(0, SHOWN).map((one) => ({
      id: one.id,
      household: one.household,
      reason: one.reason,
      live: one.status === "approved",
      role: label("role", one.role),
      status: label("residency", one.status),
      until: when(one.valid_to),
    }));
    const state = {
      next: home.next_step,
      residencies,
      inside: home.next_step === "enter",
      due: home.due.length > 0,
      childDue: home.child_due,
      report: home.report_id !== null,
      template: residencies.length ? home.notice_template : "",
    };
    const face = residencies.length ? await ask("get_face", where) : null;
    this.setData({ name: me.name, state, faceHere: places.selfieHere(face) });
  },

  onEstate(event) {
    store.set("estate", event.currentTarget.dataset.id);
    return this.run(() => this.load());
  },
  onOther() {
    store.drop("estate");
    this.setData({ estate: null, state: null });
  },
  onSignIn() {
    return this.run(async () => {
      await session.begin();
      await this.load();
    });
  },
  onGo(event) {
    nav.to(event.currentTarget.dataset.page);
  },
  async onTell() {
    this.setData({ told: await telling.once(this.data.state.template) });
  },
  onSize() {
    store.set("large", !this.data.large);
    this.setData({ large: !this.data.large });
  },
});
