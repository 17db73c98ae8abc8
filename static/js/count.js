// Counts characters left. Never stops anybody from typing.
// <textarea data-count="5000" data-count-left="Quedan {n}" data-count-over="Sobran {n}">
// followed by <p class="char-count" id="NAME-count">. Told aloud after a pause only.
export function start() {
  for (const field of document.querySelectorAll("[data-count]")) {
    const note = document.getElementById(field.id + "-count");
    if (!note) continue;
    const spoken = document.createElement("span");
    spoken.className = "vh";
    spoken.setAttribute("role", "status");
    note.after(spoken);
    const number = new Intl.NumberFormat(document.documentElement.lang);
    let pause;
    const tell = () => {
      const left = Number(field.dataset.count) - [...field.value].length;
      const words = left < 0 ? field.dataset.countOver : field.dataset.countLeft;
      note.textContent = words.replace("{n}", number.format(Math.abs(left)));
      note.classList.toggle("over", left < 0);
      clearTimeout(pause);
      pause = setTimeout(() => { spoken.textContent = note.textContent; }, 1000);
    };
    field.addEventListener("input", tell);
    tell();
    clearTimeout(pause);
  }
}
