/* Rolls the door pass every 15 seconds on the phone itself, as the server does (see access/domain/passes.py):
   G2: + base45(signed ‖ step u32 ‖ HMAC-SHA256(proof key, step)[:8]). So it goes on without a network. Where the
   browser cannot (no WebCrypto outside https), the server's picture is fetched anew instead. The right
   is asked for at every step: who may not enter any more is shown so at once. */
(function () {
  "use strict";
  var box = document.getElementById("pass"), picture = document.getElementById("code");
  if (!box || !picture) { return; }
  var bar = document.getElementById("bar"), left = document.getElementById("left");
  var offline = document.getElementById("offline"), stale = document.getElementById("stale");
  var STEP = 15000, PROOF = 8, ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  var subtle = window.crypto && window.crypto.subtle, key = null, held = null, skew = 0, shown = -1, asked = -1;

  function show(element, visible) {
    element.className = element.className.replace(/ ?hidden/g, "") + (visible ? "" : " hidden");
  }
  function bytes(base64) {
    var raw = window.atob(base64), out = new Uint8Array(raw.length), i;
    for (i = 0; i < raw.length; i += 1) { out[i] = raw.charCodeAt(i); }
    return out;
  }
  function base45(raw) {
    var out = "", i, n;
    for (i = 0; i + 1 < raw.length; i += 2) {
      n = raw[i] * 256 + raw[i + 1];
      out += ALPHABET[n % 45] + ALPHABET[Math.floor(n / 45) % 45] + ALPHABET[Math.floor(n / 2025)];
    }
    if (raw.length % 2) { n = raw[raw.length - 1]; out += ALPHABET[n % 45] + ALPHABET[Math.floor(n / 45)]; }
    return out;
  }
  function draw(text) {
    var code = window.qrcode(0, "L");
    code.addData(text, "Alphanumeric");
    code.make();
    picture.src = code.createDataURL(8, 32);
    picture.setAttribute("data-text", text);
  }
  function roll(step) {
    var number = new Uint8Array(4), raw;
    new DataView(number.buffer).setUint32(0, step);
    subtle.sign("HMAC", key, number).then(function (proof) {
      raw = new Uint8Array(held.signed.length + 4 + PROOF);
      raw.set(held.signed, 0);
      raw.set(number, held.signed.length);
      raw.set(new Uint8Array(proof, 0, PROOF), held.signed.length + 4);
      draw("G2:" + base45(raw));
    });
  }
  function take(answer) {
    skew = answer.now - Date.now();
    if (held === null) { shown = -1; }
    held = { signed: bytes(answer.signed), until: answer.valid_to };
    if (!subtle || !window.qrcode) { return; }
    subtle.importKey("raw", bytes(answer.proof_key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]).then(function (made) {
      key = made;
      shown = -1;
    });
  }
  function stepNow() { return Math.floor((Date.now() + skew) / STEP); }
  function ask() {
    var request = new XMLHttpRequest();
    asked = stepNow();
    request.open("GET", box.getAttribute("data-url"));
    request.timeout = 8000;
    request.onload = function () {
      show(offline, false);
      if (request.status === 200) { take(JSON.parse(request.responseText)); }
      if (request.status === 401 || request.status === 403) { window.location.reload(); }
    };
    request.onerror = request.ontimeout = function () { show(offline, key !== null); };
    request.send();
  }
  function tick() {
    var at = Date.now() + skew, step = Math.floor(at / STEP), rest = STEP - at % STEP;
    bar.style.width = Math.round(100 * rest / STEP) + "%";
    left.textContent = "（" + Math.ceil(rest / 1000) + " 秒）";
    if (step !== asked) { ask(); }
    show(stale, held !== null && (at >= held.until || (key === null && navigator.onLine === false)));
    if (step === shown || held === null) { return; }
    shown = step;
    if (key !== null) { roll(step); } else { picture.src = box.getAttribute("data-picture") + "?step=" + step; }
  }
  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { ask(); } });
  ask();
  window.setInterval(tick, 250);
}());
