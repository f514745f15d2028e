// The notice in force, recorded as shown by the page that puts its text on the screen.
const { ask } = require("./api");

function paragraphs(text) {
  return text.split("\n").filter((part) => part.trim());
}

async function show(estateId) {
  const notice = await ask("get_notice", { estate_id: estateId });
  await ask("record_notice_shown", {}, { hash: notice.hash });
  return { hash: notice.hash, version: notice.version, zh: paragraphs(notice.body_zh), en: paragraphs(notice.body_en) };
}

module.exports = { show, paragraphs };
