// The notice in force, in full and before anything is asked. That it was shown is recorded for the version shown.
const { ask } = require("../../lib/api");
const answers = require("../../lib/answers");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const { paragraphs } = require("../../lib/notices");
const screen = require("../../lib/screen");
const session = require("../../lib/session");

screen({
  data: { notice: null, english: false, signedIn: false, answered: false },

  async load() {
    const estate = await estates.current();
    const notice = await ask("get_notice", { estate_id: estate.id });
    const shown = {
      titleZh: notice.title_zh,
      titleEn: notice.title_en,
      zh: paragraphs(notice.body_zh),
      en: paragraphs(notice.body_en),
      version: notice.version,
      hash: notice.hash,
    };
    this.setData({ notice: shown, signedIn: session.signedIn() });
    if (session.signedIn()) {
      await ask("record_notice_shown", {}, { hash: notice.hash });
      this.setData({ answered: (await answers.of(estate.id)).given("access") });
    }
  },

  onEnglish() {
    this.setData({ english: !this.data.english });
  },
  /** Signing in comes after reading; then the version that is on the screen is recorded as shown. */
  async onSignIn() {
    const done = await this.run(async () => {
      await session.begin();
      await this.load();
    });
    if (done && !this.data.answered) {
      nav.next("consent", { purpose: "access" });
    }
  },
  onGo() {
    nav.next("consent", { purpose: "access" });
  },
  onHome() {
    nav.home();
  },
});
