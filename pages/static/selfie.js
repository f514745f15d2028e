/* The live camera where the browser has one, and the wait for the result. Choosing a file works without any of it. */
(function () {
  "use strict";
  var state = document.getElementById("face-state"), form = document.getElementById("selfie");
  var SIDE = 1280, stream = null;

  function follow() {
    var request = new XMLHttpRequest();
    request.open("GET", state.getAttribute("data-url"));
    request.onload = function () {
      var latest = request.status === 200 ? JSON.parse(request.responseText).latest : "pending";
      if (latest === "pending") { window.setTimeout(follow, 1500); } else { window.location.reload(); }
    };
    request.onerror = function () { window.setTimeout(follow, 3000); };
    request.send();
  }
  if (state && state.getAttribute("data-latest") === "pending") { follow(); }
  if (!form || form.hasAttribute("data-still") || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !window.FormData) { return; }

  var start = document.getElementById("start-camera"), live = document.getElementById("live");
  var video = document.getElementById("video"), take = document.getElementById("take");

  function stop() {
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = null;
    live.className = "hidden";
  }
  function send(picture) {
    var data = new FormData(), request = new XMLHttpRequest();
    data.append("csrf_token", form.elements.csrf_token.value);
    data.append("picture", picture, "selfie.jpg");
    request.open("POST", window.location.pathname);
    request.onload = function () { window.location.replace(window.location.pathname); };
    request.onerror = function () { take.disabled = false; };
    take.disabled = true;
    request.send(data);
  }
  start.className = "";
  start.addEventListener("click", function () {
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: SIDE } }, audio: false }).then(function (found) {
      stream = found;
      take.disabled = true;
      video.srcObject = found;
      live.className = "";
      start.className = "hidden";
    }, function () { start.className = "hidden"; document.getElementById("picture").focus(); });
  });
  video.addEventListener("loadeddata", function () { take.disabled = false; take.focus(); });
  take.addEventListener("click", function () {
    var canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(function (picture) { stop(); send(picture); }, "image/jpeg", 0.92);
  });
  window.addEventListener("pagehide", stop);
}());
