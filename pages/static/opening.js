/* Follows a remote open until it is settled, then shows the page that says so. */
(function () {
  "use strict";
  var box = document.getElementById("opening");
  if (!box) { return; }
  function ask() {
    var request = new XMLHttpRequest();
    request.open("GET", box.getAttribute("data-url"));
    request.timeout = 5000;
    request.onload = function () {
      var state = request.status === 200 ? JSON.parse(request.responseText).state : "pending";
      if (state === "pending") { window.setTimeout(ask, 700); } else { window.location.reload(); }
    };
    request.onerror = request.ontimeout = function () { window.setTimeout(ask, 1500); };
    request.send();
  }
  ask();
}());
