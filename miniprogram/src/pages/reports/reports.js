// The estate's reports to owners: read them, and say that one has. It is no consent, and no door depends on it.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const { paragraphs } = require("../../lib/notices");
const screen = require("../../lib/screen");
const { when } = require("../../lib/times");

screen({
  data: { ready: false, reports: [], open: "" },

  async load() {
    const { reports } = await ask("list_reports", { estate_id: estates.currentId() });
    const shown = reports.map((one) => ({
      id: one.id,
      titleZh: one.title_zh,
      titleEn: one.title_en,
      zh: paragraphs(one.body_zh),
      en: paragraphs(one.body_en),
      at: when(one.published_at),
      read: one.acknowledged,
    }));
    this.setData({ ready: true, reports: shown });
  },

  onOpen(event) {
    this.setData({ open: event.currentTarget.dataset.id });
  },
  onRead(event) {
    return this.run(async () => {
      await ask("acknowledge", { report_id: event.currentTarget.dataset.id });
      await this.load();
    });
  },
  onHome() {
    nav.home();
  },
});
