// My invitations, each with its state.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const visits = require("../../lib/visits");

screen({
  data: { ready: false, visitors: [] },

  async load() {
    const { visitors } = await ask("list_visitors", { estate_id: estates.currentId() });
    this.setData({ ready: true, visitors: visitors.map(visits.shown) });
  },

  onInvite() {
    nav.to("invite");
  },
  onOpen(event) {
    nav.to("invitation", { id: event.currentTarget.dataset.id });
  },
});
