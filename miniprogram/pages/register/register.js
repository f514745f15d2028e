// Asking for a place in a household. A face is never asked for here: the mini-program takes no pictures.
const { ask, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');
const { label, day } = require('../../lib/words');

const ROLES = ['owner', 'family', 'tenant', 'helper'];

Page({
  data: {
    name: '', typed: '', found: [], household: '', role: 'owner', lastDay: '', today: day(Date.now()),
    roles: ROLES.map((value) => ({ value, words: label(value) })),
  },

  onLoad() {
    Promise.all([current(), ask('GET', '/me')]).then(([estate, me]) => {
      this.estate = estate;
      this.setData({ name: me.name });
    }).catch(tell);
  },

  setName(event) { this.setData({ name: event.detail.value }); },
  setRole(event) { this.setData({ role: event.detail.value }); },
  setLastDay(event) { this.setData({ lastDay: event.detail.value }); },
  setHousehold(event) { this.setData({ household: event.detail.value }); },

  search(event) {
    const typed = event.detail.value.trim();
    this.setData({ typed, found: [], household: '' });
    if (!typed) { return; }
    ask('GET', `/estates/${this.estate.id}/households?label=${encodeURIComponent(typed)}`).then(({ households }) => {
      this.setData({ found: households, household: households.length === 1 ? households[0].id : '' });
    }).catch(tell);
  },

  send() {
    const { name, household, role, lastDay } = this.data;
    if (!household) { tell({ zh: '请填写并选择住户。', en: 'Please find and choose your dwelling.' }); return; }
    const wish = { household_id: household, role, last_day: lastDay || null };
    ask('PUT', '/me/name', { name }).then(() => ask('POST', '/residencies', wish)).then(() => {
      wx.navigateBack();
    }).catch(tell);
  },
});
