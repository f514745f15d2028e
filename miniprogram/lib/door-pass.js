// The rolling door pass, as the service makes it: G2: + base45(signed ‖ step u32 ‖ HMAC-SHA256(proof key, step)[:8]).
const { sha256 } = require('./vendor/sha256');

const STEP = 15000;
const PROOF = 8;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

function base45(raw) {
  let out = '';
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const pair = raw[i] * 256 + raw[i + 1];
    out += ALPHABET[pair % 45] + ALPHABET[Math.floor(pair / 45) % 45] + ALPHABET[Math.floor(pair / 2025)];
  }
  if (raw.length % 2) {
    const last = raw[raw.length - 1];
    out += ALPHABET[last % 45] + ALPHABET[Math.floor(last / 45)];
  }
  return out;
}

function stepAt(at) {
  return Math.floor(at / STEP);
}

/** The text of the step that an instant (milliseconds, the service's clock) falls into. */
function roll(signed, proofKey, at) {
  const step = stepAt(at);
  const number = [(step >>> 24) & 255, (step >>> 16) & 255, (step >>> 8) & 255, step & 255];
  const proof = sha256.hmac.array(proofKey, number).slice(0, PROOF);
  return `G2:${base45([...signed, ...number, ...proof])}`;
}

module.exports = { roll, stepAt, STEP };
