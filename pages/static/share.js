/* Shares the visitor's link by the phone's own sheet, or copies it; without either the link can be marked by hand. */
(function () {
  "use strict";
  var button = document.getElementById("share"), link = document.getElementById("link");
  if (!button || !link) { return; }
  var url = link.textContent;
  function copied() {
    button.textContent = button.getAttribute("data-done");
    button.setAttribute("role", "status");
  }
  function copyByHand() {
    var range = document.createRange(), selection = window.getSelection();
    range.selectNodeContents(link);
    selection.removeAllRanges();
    selection.addRange(range);
    if (document.execCommand("copy")) { copied(); }
  }
  button.className = "";
  button.addEventListener("click", function () {
    if (navigator.share) {
      navigator.share({ title: button.getAttribute("data-text"), url: url }).then(null, function () { return null; });
    } else if (navigator.clipboard) {
      navigator.clipboard.writeText(url).then(copied, copyByHand);
    } else {
      copyByHand();
    }
  });
}());
