// Draws a QR code on a canvas of the page, with the quiet zone that readers need.
const qrcode = require('./vendor/qrcode');

const QUIET = 4;

function draw(page, selector, text) {
  const code = qrcode(0, 'M');
  code.addData(text, 'Alphanumeric');
  code.make();
  const modules = code.getModuleCount();
  wx.createSelectorQuery().in(page).select(selector).fields({ node: true }).exec(([found]) => {
    if (!found || !found.node) { return; }
    const cell = 8;
    const canvas = found.node;
    const context = canvas.getContext('2d');
    canvas.width = (modules + 2 * QUIET) * cell;
    canvas.height = canvas.width;
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, canvas.width, canvas.width);
    context.fillStyle = '#000000';
    for (let y = 0; y < modules; y += 1) {
      for (let x = 0; x < modules; x += 1) {
        if (code.isDark(y, x)) { context.fillRect((x + QUIET) * cell, (y + QUIET) * cell, cell, cell); }
      }
    }
  });
}

module.exports = { draw };
