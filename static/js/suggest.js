// Suggests what exists while somebody searches.
// <input type="search" data-suggest="/search/suggest"> within a form; the answer is a listbox or nothing.
// A combobox as WAI-ARIA has it: arrows choose, Enter goes there, Escape closes, and the form stays a form.
const pause = 180;

export function start() {
  for (const input of document.querySelectorAll("input[data-suggest]")) watch(input);
}

function watch(input) {
  const box = document.createElement("div");
  box.className = "suggest-box";
  box.id = input.id + "-suggestions";
  box.hidden = true;
  const spoken = document.createElement("span");
  spoken.className = "vh";
  spoken.setAttribute("role", "status");
  input.parentElement.append(box, spoken);
  input.setAttribute("role", "combobox");
  input.setAttribute("autocomplete", "off");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  let timer, asking, current = -1;

  const options = () => [...box.querySelectorAll("[role=option]")];
  const choose = (n) => {
    const all = options();
    current = n < -1 ? all.length - 1 : n >= all.length ? -1 : n;
    all.forEach((o, i) => o.setAttribute("aria-selected", String(i === current)));
    if (current < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", all[current].id);
  };
  const stop = () => { clearTimeout(timer); asking?.abort(); };
  const close = () => {
    stop();
    box.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const show = (html) => {
    box.innerHTML = html;
    const list = box.firstElementChild;
    if (!list) { close(); spoken.textContent = ""; return; }
    list.id = input.id + "-list";
    options().forEach((o, i) => { o.id = list.id + "-" + i; });
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "true");
    box.hidden = false;
    choose(-1);
    spoken.textContent = list.dataset.count;
  };
  const ask = async () => {
    asking?.abort();
    const words = input.value.trim();
    if (words.length < 2) { close(); return; }
    asking = new AbortController();
    const kind = input.dataset.suggestKind;
    const query = new URLSearchParams(kind ? { q: words, kind } : { q: words });
    try {
      const answer = await fetch(input.dataset.suggest + "?" + query, { signal: asking.signal });
      if (answer.ok) show(await answer.text());
    } catch {
      // gone or offline: the form still searches
    }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, pause); });
  input.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !box.hidden) { close(); e.preventDefault(); }
    if (box.hidden) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      stop(); // who chooses from this list does not want another to take its place
      choose(current + (e.key === "ArrowDown" ? 1 : -1));
      e.preventDefault();
    }
    if (e.key === "Enter" && current >= 0) { e.preventDefault(); location.assign(options()[current].dataset.href); }
  });
  input.addEventListener("blur", () => setTimeout(() => { if (!box.contains(document.activeElement)) close(); }, 150));
  box.addEventListener("mousedown", (e) => e.preventDefault()); // the click follows before the box closes
}
