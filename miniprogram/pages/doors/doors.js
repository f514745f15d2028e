// Opening a door of one's own from the phone; "opened" is said only once the gate has said so.
const { ask, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');

const PAUSE = 700;
const STATES = {
  pending: { zh: '正在开门，请稍等…', en: 'Opening, please wait…' },
  opened: { zh: '门已开，请进', en: 'Opened, please enter' },
  failed: { zh: '没有打开，请用通行码或门禁卡', en: 'It did not open. Use your QR pass or card' },
  unknown: { zh: '不确定是否打开，请看看门', en: 'Not known whether it opened. Please look at the door' },
};

Page({
  data: { doors: [], state: '', words: null },

  onLoad() {
    current().then((estate) => ask('GET', `/estates/${estate.id}/doors`))
      .then(({ doors }) => this.setData({ doors })).catch(tell);
  },

  onUnload() { clearTimeout(this.timer); },

  open(event) {
    if (this.data.state === 'pending') { return; }
    ask('POST', `/doors/${event.currentTarget.dataset.id}/open`, { asked_at: Date.now() }).then((answer) => {
      if (!answer.granted) { tell({ zh: answer.reason_zh, en: answer.reason_en }); return; }
      this.show('pending');
      this.follow(answer.command_id);
    }).catch(tell);
  },

  follow(id) {
    ask('GET', `/commands/${id}`).then(({ state }) => {
      this.show(state);
      if (state === 'pending') { this.timer = setTimeout(() => this.follow(id), PAUSE); }
    }).catch((problem) => { this.show('unknown'); tell(problem); });
  },

  show(state) {
    this.setData({ state, words: STATES[state] });
  },
});
