// The rolling pass against the service's own code: the vectors come from it.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { phone, SRC } = require("./phone.cjs");
const vectors = require("./vectors.json");

const { lib } = phone();

for (const vector of vectors.rolled) {
  test(`rolls as the service does at ${vector.at}`, () => {
    assert.equal(lib("rolling").roll(vectors.passes[vector.pass], vector.at), vector.text);
  });
}

test("base45 of RFC 9285", () => {
  const { toBase45, fromBase64 } = lib("encodings");
  const of = (text) => toBase45([...Buffer.from(text)]);
  assert.equal(of("AB"), "BB8");
  assert.equal(of("Hello!!"), "%69 VD92EX0");
  assert.equal(of("base-45"), "UJCLQE7W581");
  assert.equal(of(""), "");
  for (const text of ["", "A", "AB", "ABC", "\u00ff\u0000"]) {
    assert.deepEqual(fromBase64(Buffer.from(text, "latin1").toString("base64")), [...Buffer.from(text, "latin1")]);
  }
  assert.throws(() => fromBase64("a*"), TypeError);
});

test("a step lasts fifteen seconds", () => {
  const { stepAt, restOf } = lib("rolling");
  assert.equal(stepAt(29999), 1);
  assert.equal(stepAt(30000), 2);
  assert.equal(restOf(30000), 15000);
  assert.equal(restOf(44999), 1);
});

test("the bundled libraries do what the installed ones do", () => {
  const bundled = (name) => require(`${SRC}/miniprogram_npm/${name}/index.js`);
  const key = [1, 2, 3];
  const own = bundled("js-sha256").sha256.hmac.array(key, [4]);
  assert.deepEqual(own, [...require("node:crypto").createHmac("sha256", Buffer.from(key)).update(Buffer.from([4])).digest()]);
  const code = bundled("qrcode-generator")(0, "M");
  code.addData("G2:ABC", "Alphanumeric");
  code.make();
  assert.match(code.createDataURL(4, 16), /^data:image\/gif;base64,/);
});
