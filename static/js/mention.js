// Offers the names of those who speak on the page after an @ in a comment.
// <textarea data-mention="label of the list">, and data-name on whoever may be called. Arrows choose,
// Enter and Tab put the chosen name in, Escape closes; what nobody chose stays as it was typed.
const most = 6;
const fold = (s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function start() {
  document.addEventListener("focusin", (e) => {
    const area = e.target;
    if (!area.matches("textarea[data-mention]") || area.dataset.mentions) return;
    area.dataset.mentions = "on";
    watch(area);
  });
  const here = document.activeElement;
  if (here?.matches("textarea[data-mention]")) here.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
}

// names are those on the page that answer to what was typed, each once.
function names(typed) {
  const all = new Set([...document.querySelectorAll("[data-name]")].map((e) => e.dataset.name));
  const want = fold(typed);
  return [...all].filter((n) => fold(n).startsWith(want) || want && fold(n).includes(" " + want)).slice(0, most);
}

function watch(area) {
  const list = document.createElement("ul");
  list.id = area.id + "-names";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", area.dataset.mention);
  const box = document.createElement("div");
  box.className = "suggest-box mention-box";
  box.hidden = true;
  box.append(list);
  const spoken = document.createElement("span");
  spoken.className = "vh";
  spoken.setAttribute("role", "status");
  area.after(box, spoken);
  area.setAttribute("aria-autocomplete", "list");
  let current = -1;

  // typed is what stands between an @ and the caret, null where there is none.
  const typed = () => area.value.slice(0, area.selectionStart).match(/(?:^|[\s(¿¡])@([^\s@][^@\n]{0,60})?$/);
  const choose = (n) => {
    const all = [...list.children];
    current = n < 0 ? all.length - 1 : n % all.length;
    all.forEach((o, i) => o.setAttribute("aria-selected", String(i === current)));
    area.setAttribute("aria-activedescendant", all[current].id);
  };
  const close = () => {
    current = -1;
    box.hidden = true;
    spoken.textContent = "";
    area.removeAttribute("aria-controls");
    area.removeAttribute("aria-activedescendant");
  };
  const put = (name) => {
    const at = typed();
    const from = area.selectionStart - (at?.[1] ?? "").length;
    area.setRangeText(name + " ", from, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const offer = () => {
    const at = typed();
    const found = at ? names(at[1] ?? "") : [];
    if (!found.length || found.includes((at[1] ?? "").trim())) { close(); return; }
    list.replaceChildren(...found.map((name, i) => {
      const option = document.createElement("li");
      option.id = list.id + "-" + i;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const words = document.createElement("a");
      words.textContent = "@" + name;
      option.append(words);
      option.addEventListener("click", () => put(name));
      return option;
    }));
    current = -1;
    area.removeAttribute("aria-activedescendant");
    area.setAttribute("aria-controls", list.id);
    box.hidden = false;
    spoken.textContent = area.dataset.mention + ": " + found.join(", ");
  };
  area.addEventListener("input", offer);
  area.addEventListener("keydown", (e) => {
    if (box.hidden) return;
    if (e.key === "ArrowDown") choose(current + 1);
    else if (e.key === "ArrowUp") choose(current - 1);
    else if (e.key === "Escape") close();
    else if ((e.key === "Enter" || e.key === "Tab") && current >= 0) list.children[current].click();
    else return;
    e.preventDefault();
  });
  area.addEventListener("blur", () => setTimeout(close, 150));
  box.addEventListener("mousedown", (e) => e.preventDefault()); // the click follows before the box closes
}
