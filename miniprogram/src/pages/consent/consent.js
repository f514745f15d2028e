// One question of consent on one screen. A no is taken at once and never asked about a second time.
const { ask } = require("../../lib/api");
const answers = require("../../lib/answers");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const QUESTIONS = require("./questions");
const screen = require("../../lib/screen");

screen({
  data: { question: null, estate: null, hash: "", refused: false },

  onLoad(options) {
    this.purpose = QUESTIONS[options.purpose] ? options.purpose : "access";
  },

  async load() {
    const estate = await estates.current();
    const notice = await ask("get_notice", { estate_id: estate.id });
    this.setData({ question: QUESTIONS[this.purpose], estate, hash: notice.hash });
  },

  async onAnswer(event) {
    const choice = this.data.question.choices[event.currentTarget.dataset.index];
    if (await this.run(() => this.record(choice.given))) {
      this.follow(choice.next);
    }
  },

  /** A yes that stands already is not given twice. */
  async record(given) {
    const where = { estate_id: this.data.estate.id };
    if (given && (await answers.of(where.estate_id)).given(this.purpose)) {
      return;
    }
    const body = { given, notice_hash: this.data.hash };
    await ask("answer_consent", Object.assign({ purpose: this.purpose }, where), body);
  },

  follow(page) {
    if (page === "") {
      this.setData({ refused: true });
    } else if (QUESTIONS[page]) {
      nav.next("consent", { purpose: page });
    } else {
      nav.next(page);
    }
  },
  onNotice() {
    nav.to("notice");
  },
  onHome() {
    nav.home();
  },
});
