// What the phone keeps: the session's token, the chosen estate, the size of the letters and the last door pass.

/** The kept value; null when there is none or the phone cannot read it. */
function get(key) {
  try {
    const value = wx.getStorageSync(key);
    return value === "" || value === undefined ? null : value;
  } catch (error) {
    return null;
  }
}

/** Keeps a value. A full or locked storage must not stop anybody at the door, so failing is no fault. */
function set(key, value) {
  try {
    wx.setStorageSync(key, value);
  } catch (error) {
    console.warn("storage", key);
  }
}

function drop(key) {
  try {
    wx.removeStorageSync(key);
  } catch (error) {
    console.warn("storage", key);
  }
}

/** Forgets whatever belongs to the person; the size of the letters and the estate are nobody's secret. */
function forgetPerson() {
  drop("token");
  drop("pass");
}

module.exports = { get, set, drop, forgetPerson };
