// One question of consent on one screen. A no is taken at once and never asked about a second time.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const notices = require("../../lib/notices");
const QUESTIONS = require("./questions");
const screen = require("../../lib/screen");

screen({
  data: { question: null, estate: null, notice: null, refused: false },

  onLoad(options) {
    this.purpose = QUESTIONS[options.purpose] ? options.purpose : "access";
  },

  async load() {
    const estate = await estates.current();
    const notice = await notices.show(estate.id);
    this.setData({ question: QUESTIONS[this.purpose], estate, notice });
  },

  async onAnswer(event) {
    const choice = this.data.question.choices[event.currentTarget.dataset.index];
    if (await this.run(() => this.record(choice.given))) {
      this.follow(choice.next);
    }
  },

  record(given) {
    const where = { estate_id: this.data.estate.id, purpose: this.purpose };
    return ask("answer_consent", where, { given, notice_hash: this.data.notice.hash });
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
  onHome() {
    nav.home();
  },
});
