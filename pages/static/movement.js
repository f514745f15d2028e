/* The movement before the camera: ask which, show it in large words, take frames while it is made, send them once.
   Where anything of this is missing, the way with a single picture stands open on the same page. */
(function () {
  "use strict";
  var area = document.getElementById("movement"), form = document.getElementById("selfie");
  if (!area || !form || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !window.FormData) { return; }

  var stage = document.getElementById("stage"), video = document.getElementById("film");
  var prompt = document.getElementById("prompt"), begin = document.getElementById("begin");
  var otherwise = document.getElementById("otherwise");
  var SIDE = 640, STRAIGHT = 2, FRAMES = 12, EVERY = 500, READY = 1600;
  var ARROWS = { turn_left: "←", turn_right: "→", blink: "◡ ◡" };
  var stream = null;

  function say(zh, en, arrow, look) {
    prompt.className = "prompt" + (look ? " " + look : "");
    prompt.textContent = "";
    if (arrow) { part("span", arrow, "arrow").setAttribute("aria-hidden", "true"); }
    part("span", zh, "").lang = "zh-CN";
    part("span", en, "en").lang = "en";
  }
  function part(kind, text, look) {
    var made = document.createElement(kind);
    made.textContent = text;
    made.className = look;
    prompt.appendChild(made);
    return made;
  }
  function stop() {
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = null;
    stage.className = "hidden";
  }
  function again(words) {
    stop();
    say(words.zh, words.en, "", "fault");
    begin.textContent = "";
    begin.appendChild(document.createTextNode("重新开始 Start again"));
    begin.className = "";
    otherwise.open = true;
    begin.focus();
  }
  function post(address, data, done) {
    var request = new XMLHttpRequest();
    data.append("csrf_token", form.elements.csrf_token.value);
    request.open("POST", address);
    request.onload = function () {
      var answer = { zh: "没有成功，请再试一次。", en: "That did not work. Please try again." };
      try { answer = JSON.parse(request.responseText); } catch (error) { /* a proxy's page: our own words */ }
      if (request.status >= 200 && request.status < 300) { done(answer); } else { again(answer); }
    };
    request.onerror = function () { again({ zh: "网络断了，请再试一次。", en: "The connection was lost. Please try again." }); };
    request.send(data);
  }
  function shoot(taken) {
    var most = Math.max(video.videoWidth, video.videoHeight), scale = Math.min(1, SIDE / most);
    var canvas = document.createElement("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(taken, "image/jpeg", 0.88);
  }
  function film(asked) {
    var frames = [];
    say("请正对镜头", "Please look straight into the camera", "◎");
    function next() {
      if (!stream) { return; }
      shoot(function (frame) {
        frames.push(frame);
        if (frames.length === STRAIGHT) { say(asked.zh, asked.en, ARROWS[asked.movement]); }
        if (frames.length < FRAMES) { window.setTimeout(next, EVERY); } else { send(asked, frames); }
      });
    }
    window.setTimeout(next, READY);
  }
  function send(asked, frames) {
    var data = new FormData();
    stop();
    say("好了，正在提交…", "Done, sending…", "✓");
    data.append("challenge", asked.id);
    frames.forEach(function (frame, n) { data.append("frame", frame, n + ".jpg"); });
    post(area.getAttribute("data-send"), data, function () { window.location.replace(window.location.pathname); });
  }

  area.className = "";
  otherwise.open = false;
  begin.addEventListener("click", function () {
    begin.className = "hidden";
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1280 } }, audio: false }).then(function (found) {
      stream = found;
      video.srcObject = found;
      stage.className = "";
    }, function () {
      again({ zh: "镜头没有打开。请允许使用镜头，或用下面的办法。", en: "The camera did not open. Allow its use, or take the way below." });
    });
  });
  video.addEventListener("loadeddata", function () { post(area.getAttribute("data-ask"), new FormData(), film); });
  window.addEventListener("pagehide", stop);
}());
