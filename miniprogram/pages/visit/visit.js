// The visitor's page: no account, nothing collected.
const { ask, tell } = require('../../lib/server');
const { when } = require('../../lib/words');
const { draw } = require('../../lib/qr-canvas');

const WHY_NOT = {
  upcoming: { zh: '还没到时间，请在约定时间再用。', en: 'Not valid yet: please come at the agreed time.' },
  used: { zh: '这张通行码已经用过了。请联系邀请您的住户再发一张。', en: 'This pass has been used. Ask the resident who invited you for another.' },
  expired: { zh: '这张通行码已过期。请联系邀请您的住户。', en: 'This pass has expired. Ask the resident who invited you.' },
  revoked: { zh: '这张通行码已被取消。请联系邀请您的住户。', en: 'This pass was cancelled. Ask the resident who invited you.' },
};

Page({
  data: { visit: null, from: '', to: '', words: null },

  onLoad({ secret = '' }) {
    ask('GET', `/visits/${encodeURIComponent(secret)}`).then((visit) => {
      this.setData({
        visit, from: when(visit.valid_from), to: when(visit.valid_to), words: WHY_NOT[visit.state] || null,
      }, () => { if (visit.text) { draw(this, '#code', visit.text); } });
    }).catch(tell);
  },
});
