// Asks before what cannot be undone, and looks for silent alarms. Everything works without this script.
"use strict";
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.sure;
  if (words && !window.confirm(words)) event.preventDefault();
});
const alarm = document.getElementById("alarm");
const look = async () => {
  try {
    const answer = await fetch(alarm.dataset.from, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) alarm.innerHTML = await answer.text();
  } catch {
    // no network: the next look tells
  }
};
if (alarm) window.setInterval(look, 10_000);
