// My entries, who looked at me, a copy of everything, withdrawing the face, closing the account.
const { ask, forget, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');
const { label, when } = require('../../lib/words');

Page({
  data: { entries: [], looks: [], face: null },

  onShow() { this.load(); },

  load() {
    current().then((estate) => {
      this.estate = estate;
      return Promise.all([ask('GET', '/entries'), ask('GET', '/look-ups'), ask('GET', `/estates/${estate.id}/face`)]);
    }).then(([{ entries }, looks, face]) => {
      this.setData({
        face,
        entries: entries.map((one) => ({
          id: one.id, place: one.place_zh, at: when(one.at), method: label(one.method), granted: one.granted,
          zh: one.reason_zh, en: one.reason_en,
        })),
        looks: looks.look_ups.map((one) => ({ at: when(one.at), reader: one.reader, purpose: one.purpose })),
      });
    }).catch(tell);
  },

  copy() {
    ask('GET', '/data').then((held) => wx.setClipboardData({ data: JSON.stringify(held, null, 1) })).catch(tell);
  },

  withdraw() {
    wx.showModal({
      content: '撤回人脸并删除？通行码和门禁卡照常使用。\nWithdraw and erase your face? Pass and card go on working.',
      success: ({ confirm }) => {
        if (confirm) { ask('DELETE', `/estates/${this.estate.id}/face`).then(() => this.load()).catch(tell); }
      },
    });
  },

  close() {
    wx.showModal({
      content: '注销账号？通行码、门禁卡、访客和人脸马上停用，不能恢复。\nClose your account? Everything stops at once for good.',
      success: ({ confirm }) => {
        if (!confirm) { return; }
        ask('POST', '/closing', { sure: true }).then(() => {
          forget();
          wx.reLaunch({ url: '/pages/home/home' });
        }).catch(tell);
      },
    });
  },
});
