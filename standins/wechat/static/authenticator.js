// Shows the current code of each member of demo staff and how long it lives.

const PERIOD_S = 30;
const list = document.getElementById("codes");

function row(one) {
  const item = document.createElement("li");
  const name = document.createElement("div");
  name.textContent = one.name;
  const code = document.createElement("div");
  code.className = "code";
  code.textContent = `${one.code.slice(0, 3)} ${one.code.slice(3)}`;
  const left = document.createElement("progress");
  left.max = PERIOD_S;
  left.value = one.seconds_left;
  left.setAttribute("aria-label", `还有 ${one.seconds_left} 秒 · seconds left`);
  item.append(name, code, left);
  return item;
}

async function watch() {
  const answer = await fetch("/authenticator/codes");
  const found = await answer.json();
  const codes = answer.ok ? found : [];
  document.getElementById("none").hidden = !answer.ok || codes.length > 0;
  document.getElementById("problem").hidden = answer.ok;
  document.getElementById("problem").textContent = found.error || "";
  list.replaceChildren(...codes.map(row));
  setTimeout(watch, 1000);
}
watch();
