// An invitation as the pages show it.
const label = require("./label");
const { when } = require("./times");

const LIVE = ["open", "upcoming"];

function shown(one) {
  return {
    id: one.id || "",
    name: one.name,
    state: one.state,
    words: label("visit", one.state),
    live: LIVE.includes(one.state),
    window: `${when(one.valid_from)} – ${when(one.valid_to)}`,
    doors: one.access_points,
    taken: one.taken,
    entries: one.entries,
  };
}

/** The secret at the end of a visitor's link; it leads to the pass inside the mini-program as well. */
function secretOf(link) {
  return link.slice(link.lastIndexOf("/") + 1);
}

module.exports = { shown, secretOf };
