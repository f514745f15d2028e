// The sheet that asks for agreement to WeChat's privacy guide. Yes and no are buttons of one size; no loses nothing.
const privacy = require("../../lib/privacy");

Component({
  data: { open: false },
  lifetimes: {
    attached() {
      this.use();
    },
    detached() {
      this.leave();
    },
  },
  pageLifetimes: {
    show() {
      this.use();
    },
    hide() {
      this.leave();
    },
  },
  methods: {
    use() {
      this.handle = this.handle || { open: () => this.setData({ open: true }) };
      privacy.use(this.handle);
    },
    /** Leaving the page unanswered is a no. */
    leave() {
      if (this.data.open) {
        this.onRefuse();
      }
      privacy.leave(this.handle);
    },
    onAgree() {
      this.setData({ open: false });
      privacy.answer(true, "privacy-agree");
    },
    onRefuse() {
      this.setData({ open: false });
      privacy.answer(false);
    },
    /** The page behind the sheet stays where it is. */
    onHold() {},
    onRead() {
      wx.openPrivacyContract({});
    },
  },
});
