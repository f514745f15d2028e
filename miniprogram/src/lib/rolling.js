// The rolling door pass, made on the phone as the service makes it:
// G2: + base45(signed ‖ step u32 ‖ HMAC-SHA256(proof key, step)[:8]). It needs no connection.
const { sha256 } = require("js-sha256");
const { fromBase64, toBase45 } = require("./encodings");

const STEP = 15000;
const PROOF_BYTES = 8;

/** The 15-second step that an instant falls into. */
function stepAt(at) {
  return Math.floor(at / STEP);
}

/** Milliseconds until the next step. */
function restOf(at) {
  return STEP - (at % STEP);
}

/** The text of the step of an instant, to be drawn as a QR code. */
function roll(pass, at) {
  const step = stepAt(at);
  const number = [(step >>> 24) & 255, (step >>> 16) & 255, (step >>> 8) & 255, step & 255];
  const proof = sha256.hmac.array(fromBase64(pass.proof_key), number).slice(0, PROOF_BYTES);
  return `G2:${toBase45(fromBase64(pass.signed).concat(number, proof))}`;
}

module.exports = { STEP, stepAt, restOf, roll };
