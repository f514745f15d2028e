// The notice in force; its version is recorded once a signed-in person is shown it, and then one question is asked.
const { ask, isSignedIn, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');

Page({
  data: { notice: null, parts: [], signedIn: false, answered: false },

  onLoad() {
    current().then((estate) => {
      this.estate = estate;
      return ask('GET', `/estates/${estate.id}/notice`);
    }).then((notice) => {
      this.setData({ notice, parts: notice.body_zh.split('\n').filter(Boolean), signedIn: isSignedIn() });
      return isSignedIn() ? this.record(notice) : null;
    }).catch(tell);
  },

  record(notice) {
    return ask('POST', '/notices/shown', { hash: notice.hash })
      .then(() => ask('GET', `/estates/${this.estate.id}/consents`))
      .then(({ consents }) => {
        const given = consents.some((one) => one.purpose === 'access' && one.status === 'given');
        this.setData({ answered: given });
      });
  },

  answer(event) {
    const given = event.currentTarget.dataset.given === 'yes';
    const path = `/estates/${this.estate.id}/consents/access`;
    ask('PUT', path, { given, notice_hash: this.data.notice.hash }).then(() => {
      if (given) { wx.redirectTo({ url: '/pages/register/register' }); } else { wx.navigateBack(); }
    }).catch(tell);
  },
});
