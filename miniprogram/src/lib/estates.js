// Which estate this is about, and what it offers here.
const { ask } = require("./api");
const store = require("./store");

/**
 * The estate whose code was scanned, else the one that was chosen before, else the only one there is; null where the
 * person has to choose.
 *
 * @param {string} scene what the scanned code says, `e` and the estate's number; empty when nothing was scanned
 */
function chosen(estates, scene = "") {
  const kept = store.get("estate");
  const scanned = estates.find((one) => `e${one.number}` === scene);
  const found = scanned || estates.find((one) => one.id === kept) || (estates.length === 1 ? estates[0] : null);
  if (found) {
    store.set("estate", found.id);
  }
  return found;
}

/** The chosen estate with all that is public of it. */
async function current() {
  const { estates } = await ask("list_estates");
  const found = chosen(estates);
  return found || estates[0];
}

/** The id of the chosen estate, without asking anybody. */
function currentId() {
  return store.get("estate");
}

/** Whether the service takes a selfie from the mini-program. Without its word, no: most estates may not. */
function selfieHere(face) {
  return Boolean(face && face.offered && face.mini_program === true);
}

module.exports = { chosen, current, currentId, selfieHere };
