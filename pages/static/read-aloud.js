/* Reads the notice aloud with the phone's own voice; without one the button stays hidden. */
(function () {
  "use strict";
  var button = document.getElementById("read-aloud"), text = document.getElementById("notice-zh");
  if (!button || !text || !window.speechSynthesis || !window.SpeechSynthesisUtterance) { return; }
  function show(speaking) {
    button.textContent = button.getAttribute(speaking ? "data-stop" : "data-start");
    button.setAttribute("aria-pressed", speaking ? "true" : "false");
  }
  show(false);
  button.className = "plain";
  button.addEventListener("click", function () {
    if (window.speechSynthesis.speaking) { window.speechSynthesis.cancel(); show(false); return; }
    var voice = new window.SpeechSynthesisUtterance(text.textContent);
    voice.lang = "zh-CN";
    voice.rate = 0.9;
    voice.onend = voice.onerror = function () { show(false); };
    window.speechSynthesis.speak(voice);
    show(true);
  });
  window.addEventListener("pagehide", function () { window.speechSynthesis.cancel(); });
}());
