// Asks before what cannot be undone. Everything works without this script.
"use strict";
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.sure;
  if (words && !window.confirm(words)) event.preventDefault();
});
