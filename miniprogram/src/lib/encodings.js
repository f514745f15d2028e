// Base64 in, Base45 (RFC 9285) out, on plain arrays of bytes: a phone's WeChat has neither in a form to rely on.
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

function fromBase64(text) {
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const character of text.replace(/=+$/, "")) {
    const value = BASE64.indexOf(character);
    if (value < 0) {
      throw new TypeError("not base64");
    }
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

function toBase45(bytes) {
  let text = "";
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const n = bytes[i] * 256 + bytes[i + 1];
    text += BASE45[n % 45] + BASE45[Math.floor(n / 45) % 45] + BASE45[Math.floor(n / 2025)];
  }
  if (bytes.length % 2) {
    const n = bytes[bytes.length - 1];
    text += BASE45[n % 45] + BASE45[Math.floor(n / 45)];
  }
  return text;
}

module.exports = { fromBase64, toBase45 };
