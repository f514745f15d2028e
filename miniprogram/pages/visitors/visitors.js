// My invitations: share the link again, or cancel.
const { ask, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');
const { label, when } = require('../../lib/words');

const LIVE = ['open', 'upcoming'];

Page({
  data: { visitors: [] },

  onShow() { this.load(); },

  load() {
    current().then((estate) => ask('GET', `/estates/${estate.id}/visitors`)).then(({ visitors }) => {
      this.setData({
        visitors: visitors.map((one) => ({
          id: one.id, name: one.name, state: label(one.state), live: LIVE.includes(one.state), taken: one.taken,
          entries: one.entries, secret: one.url.split('/').pop(), from: when(one.valid_from), to: when(one.valid_to),
        })),
      });
    }).catch(tell);
  },

  invite() { wx.navigateTo({ url: '/pages/invite/invite' }); },

  revoke(event) {
    wx.showModal({
      content: '取消这个邀请？\nCancel this invitation?',
      success: ({ confirm }) => {
        if (confirm) { ask('DELETE', `/visitors/${event.currentTarget.dataset.id}`).then(() => this.load()).catch(tell); }
      },
    });
  },

  onShareAppMessage({ target }) {
    const secret = target ? target.dataset.secret : '';
    return { title: '访客通行码 Visitor pass', path: secret ? `/pages/visit/visit?secret=${secret}` : '/pages/home/home' };
  },
});
