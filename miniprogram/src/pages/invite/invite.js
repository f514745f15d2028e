// Inviting a visitor: name if one likes, when, how long, how often, through which doors.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const times = require("../../lib/times");

const HOURS = [1, 2, 4, 8, 24, 72, 168];
const LENGTHS = ["1 小时 hour", "2 小时 hours", "4 小时 hours", "8 小时 hours", "1 天 day", "3 天 days", "7 天 days"];
const USUAL = 2;
const MAX_ENTRIES = 20;

screen({
  data: {
    ready: false,
    doors: [],
    chosen: [],
    name: "",
    day: "",
    clock: "",
    lengths: LENGTHS,
    length: USUAL,
    numbers: Array.from({ length: MAX_ENTRIES }, (_, index) => index + 1),
    number: 0,
  },

  onLoad() {
    const now = Date.now();
    this.setData({ day: times.day(now), clock: times.clock(now) });
  },

  /** Every door that takes a pass is chosen at first. */
  async load() {
    const { doors } = await ask("list_doors", { estate_id: estates.currentId() });
    const taking = doors.filter((one) => one.methods.includes("qr")).map((one) => Object.assign({ on: true }, one));
    this.setData({ ready: true, doors: taking, chosen: taking.map((one) => one.id) });
  },

  onName(event) {
    this.setData({ name: event.detail.value });
  },
  onDay(event) {
    this.setData({ day: event.detail.value });
  },
  onClock(event) {
    this.setData({ clock: event.detail.value });
  },
  onLength(event) {
    this.setData({ length: Number(event.detail.value) });
  },
  onNumber(event) {
    this.setData({ number: Number(event.detail.value) });
  },
  onDoors(event) {
    this.setData({ chosen: event.detail.value });
  },

  async onSend() {
    let made = null;
    if (await this.run(async () => (made = await this.send()))) {
      nav.next("invitation", { id: made.id });
    }
  },

  send() {
    const { name, day, clock, length, numbers, number, chosen } = this.data;
    const begins = times.instant(day, clock);
    return ask(
      "invite",
      { estate_id: estates.currentId() },
      {
        name,
        begins_at: begins,
        ends_at: begins + HOURS[length] * times.HOUR,
        access_points: chosen,
        entries: numbers[number],
      },
    );
  },
});
