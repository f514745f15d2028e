// The person's answers to the questions of consent, the newest for each purpose.
const { ask } = require("./api");

async function of(estateId) {
  const { consents } = await ask("list_consents", { estate_id: estateId });
  const live = (one) => one.status === "given" && one.expires_at > Date.now();
  return {
    /** A yes stands. */
    given: (purpose) => consents.some((one) => one.purpose === purpose && live(one)),
    /** There was an answer, whichever. */
    asked: (purpose) => consents.some((one) => one.purpose === purpose),
    all: consents,
  };
}

module.exports = { of };
