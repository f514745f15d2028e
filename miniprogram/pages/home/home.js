// First page: browsing needs no account; signing in begins when the person presses.
const { ask, signIn, isSignedIn, tell } = require('../../lib/server');
const { current, choose } = require('../../lib/estate');
const { label } = require('../../lib/words');

Page({
  data: { estate: null, estates: [], signedIn: false, name: '', places: [], next: '', bind: '' },

  onLoad(options) {
    if (options.scene) { this.setData({ bind: decodeURIComponent(options.scene) }); }
  },

  onShow() {
    this.load();
  },

  load() {
    return current().then((estate) => {
      this.setData({ estate, signedIn: isSignedIn() });
      if (estate === null) {
        return ask('GET', '/estates').then(({ estates }) => this.setData({ estates }));
      }
      return isSignedIn() ? this.loadMine(estate) : null;
    }).catch(tell);
  },

  loadMine(estate) {
    return Promise.all([ask('GET', '/me'), ask('GET', `/estates/${estate.id}/home`)]).then(([me, home]) => {
      const places = home.residencies.map((one) => ({
        id: one.id, household: one.household, role: label(one.role), status: label(one.status), reason: one.reason,
      }));
      this.setData({ name: me.name, next: home.next_step, places });
    });
  },

  chooseEstate(event) {
    choose(this.data.estates[event.currentTarget.dataset.index]);
    this.load();
  },

  begin() {
    signIn().then(() => this.load()).catch(tell);
  },

  join() {
    signIn().then(() => ask('POST', '/binding', { token: this.data.bind })).then(() => {
      this.setData({ bind: '' });
      return this.load();
    }).catch(tell);
  },

  go(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.url });
  },
});
