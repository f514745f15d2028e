// Which estate this phone looks at: kept on the phone, else the only one there is.
const { ask } = require('./server');

const ESTATE = 'kaimen-estate';

function choose(estate) {
  wx.setStorageSync(ESTATE, estate);
}

/** The estate, or null where the person must choose one first. */
function current() {
  const kept = wx.getStorageSync(ESTATE);
  if (kept) { return Promise.resolve(kept); }
  return ask('GET', '/estates').then(({ estates }) => {
    if (estates.length !== 1) { return null; }
    choose(estates[0]);
    return estates[0];
  });
}

module.exports = { current, choose };
