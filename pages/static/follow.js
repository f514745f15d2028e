/* Waits for a state kept by the server to change, then shows the page anew. Without scripts the page refreshes itself. */
(function () {
  "use strict";
  var box = document.getElementById("follow"), PAUSE = 5000;
  if (!box) { return; }
  function ask() {
    var request = new XMLHttpRequest();
    request.open("GET", box.getAttribute("data-url"));
    request.timeout = PAUSE;
    request.onload = function () {
      var state = request.status === 200 ? JSON.parse(request.responseText).state : box.getAttribute("data-state");
      if (state === box.getAttribute("data-state")) { window.setTimeout(ask, PAUSE); } else { window.location.reload(); }
    };
    request.onerror = request.ontimeout = function () { window.setTimeout(ask, PAUSE); };
    request.send();
  }
  window.setTimeout(ask, PAUSE);
}());
