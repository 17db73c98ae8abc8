// Asks before unsaved words are lost. <form data-leave>
export function start() {
  for (const form of document.querySelectorAll("form[data-leave]")) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    form.addEventListener("autosaved", () => { changed = false; });
    addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }
}
