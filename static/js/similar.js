// Shows, while a title is typed, the proposals that may say the same.
// <input id="title" data-similar="/proposals/similar"> with a <div id="title-similar" aria-live="polite">.
// Asks ADDRESS?title=… some moments after typing stops and expects a piece of HTML. A question that was
// overtaken by the next is given up; one that fails leaves what was there.
const quiet = 500, least = 4;

export function start() {
  for (const input of document.querySelectorAll("[data-similar]")) watch(input);
}

function watch(input) {
  const into = document.getElementById(input.id + "-similar");
  if (!into) return;
  let timer, asking, shown = "";
  const ask = async () => {
    const title = input.value.trim();
    if (title === shown) return;
    asking?.abort();
    asking = new AbortController();
    if ([...title].length < least) { shown = title; into.replaceChildren(); return; }
    try {
      const answer = await fetch(input.dataset.similar + "?title=" + encodeURIComponent(title), { signal: asking.signal, redirect: "error" });
      if (!answer.ok) return;
      const piece = await answer.text();
      if (title !== input.value.trim()) return;
      shown = title;
      into.innerHTML = piece;
    } catch { /* overtaken, or no line: the next step shows them all the same */ }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, quiet);
  });
  if (input.value) ask();
}
