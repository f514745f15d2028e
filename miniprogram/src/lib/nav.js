// Going from page to page.
function url(page, query = {}) {
  const parts = Object.keys(query).map((name) => `${name}=${encodeURIComponent(query[name])}`);
  return `/pages/${page}/${page}${parts.length ? `?${parts.join("&")}` : ""}`;
}

/** To a page that one comes back from. */
function to(page, query) {
  wx.navigateTo({ url: url(page, query) });
}

/** To the page that takes this one's place: there is no way back to a question that has been answered. */
function next(page, query) {
  wx.redirectTo({ url: url(page, query) });
}

function home() {
  wx.reLaunch({ url: url("home") });
}

module.exports = { url, to, next, home };
