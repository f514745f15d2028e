// Instants in words, on the phone's own clock face. The service keeps milliseconds UTC.
const HOUR = 3600000;
const FAR = 4102444800000; // 2100: an end that far away is no end

function two(number) {
  return String(number).padStart(2, "0");
}

/** 2026-11-23 */
function day(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** 08:05 */
function clock(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 2026-11-23 08:05, empty for what never ends. */
function when(at) {
  return at === null || at >= FAR ? "" : `${day(at)} ${clock(at)}`;
}

/** The instant of a day and a time as the phone's pickers give them. */
function instant(dayText, clockText) {
  const [year, month, date] = dayText.split("-").map(Number);
  const [hour, minute] = clockText.split(":").map(Number);
  return new Date(year, month - 1, date, hour, minute).getTime();
}

module.exports = { HOUR, day, clock, when, instant };
