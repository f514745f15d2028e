// A QR code drawn on the phone, as a picture that an image can show.
const qrcode = require("qrcode-generator");

const CELL = 12;
const QUIET = 4 * CELL;

/** Passes are written in the alphabet of QR's alphanumeric mode, which keeps the code coarse and easy to read. */
function picture(text) {
  const code = qrcode(0, "L");
  code.addData(text, "Alphanumeric");
  code.make();
  return code.createDataURL(CELL, QUIET);
}

module.exports = { picture };
