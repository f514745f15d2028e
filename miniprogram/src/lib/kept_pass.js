// The last door pass that the service signed for this phone. It lets the phone show a living pass without a
// connection until the pass ends; the service stays the one who decides.
const store = require("./store");

/** Takes an answer of the service and keeps it, with how far the phone's clock is off. */
function keep(estateId, answer, now) {
  const pass = {
    estate_id: estateId,
    signed: answer.signed,
    proof_key: answer.proof_key,
    valid_from: answer.valid_from,
    valid_to: answer.valid_to,
    access_points: answer.access_points,
    skew: answer.now - now,
  };
  store.set("pass", pass);
  return pass;
}

/** The kept pass of an estate while it lives; null otherwise. */
function living(estateId, now) {
  const pass = store.get("pass");
  return pass && pass.estate_id === estateId && now + pass.skew < pass.valid_to ? pass : null;
}

function forget() {
  store.drop("pass");
}

module.exports = { keep, living, forget };
