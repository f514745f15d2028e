// A short form: who (optional), from when, for how long, how many entries.
const { ask, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');
const { day, clock } = require('../../lib/words');

const HOUR = 3600 * 1000;
const LENGTHS = [1, 2, 4, 8, 24, 72, 168];

Page({
  data: {
    name: '', day: day(Date.now()), time: clock(Date.now()), length: 2, entries: 0,
    lengths: ['1 小时 1 hour', '2 小时 2 hours', '4 小时 4 hours', '8 小时 8 hours', '1 天 1 day', '3 天 3 days', '7 天 7 days'],
    counts: Array.from({ length: 20 }, (_, index) => `${index + 1}`),
  },

  setName(event) { this.setData({ name: event.detail.value }); },
  setDay(event) { this.setData({ day: event.detail.value }); },
  setTime(event) { this.setData({ time: event.detail.value }); },
  setLength(event) { this.setData({ length: Number(event.detail.value) }); },
  setEntries(event) { this.setData({ entries: Number(event.detail.value) }); },

  send() {
    const begins = new Date(`${this.data.day}T${this.data.time}:00`).getTime();
    const wish = {
      name: this.data.name, begins_at: begins, ends_at: begins + LENGTHS[this.data.length] * HOUR, entries: this.data.entries + 1,
    };
    current().then((estate) => ask('POST', `/estates/${estate.id}/visitors`, wish)).then(() => wx.navigateBack()).catch(tell);
  },
});
