// What every page has in common: the size of the letters, one piece of work at a time, failures in words.
const faults = require("./faults");
const store = require("./store");

/** Registers a page. Its `load`, where it has one, fetches what it shows, anew each time it comes into view. */
module.exports = function screen(page) {
  Page(
    Object.assign({}, page, {
      data: Object.assign({ large: false, fault: null, busy: false }, page.data),

      async onShow() {
        this.setData({ large: store.get("large") === true });
        if (page.onShow) {
          page.onShow.call(this);
        }
        if (this.load) {
          await this.run(() => this.load());
        }
      },

      /** Runs one piece of work; a second tap while it runs does nothing. Resolves with whether it succeeded. */
      async run(work) {
        if (this.data.busy) {
          return false;
        }
        this.setData({ busy: true, fault: null });
        try {
          await work();
          return true;
        } catch (error) {
          this.setData({ fault: faults.wordsOf(error) });
          wx.pageScrollTo({ scrollTop: 0, duration: 0 });
          return false;
        } finally {
          this.setData({ busy: false });
        }
      },

      onRetry() {
        return this.run(() => this.load());
      },
    }),
  );
};
