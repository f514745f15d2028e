// The words of a value of the service; a value that is newer than this mini-program is shown as it is.
const LABELS = require("./labels");

module.exports = function label(kind, value) {
  const [zh, en] = LABELS[kind][value] || [value, value];
  return { zh, en };
};
