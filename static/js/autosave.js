// Saves a draft some seconds after typing stops.
// <form data-autosave="/proposals/7/draft" data-autosave-done="Guardado a las {time}"
//       data-autosave-failed="…"> with a <p class="saved" role="status"> inside.
// Posts the form's own fields (its token too) as a browser would; expects a 2xx.
const quiet = 4000;

export function start() {
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}

function watch(form) {
  const note = form.querySelector(".saved");
  let timer, running = false, again = false;
  const save = async () => {
    if (running) { again = true; return; }
    running = true;
    again = false;
    try {
      const body = new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string"));
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
      if (note) note.textContent = form.dataset.autosaveDone.replace("{time}", time);
      if (!again) form.dispatchEvent(new Event("autosaved"));
    } catch {
      if (note) note.textContent = form.dataset.autosaveFailed;
    }
    running = false;
    if (again) save();
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, quiet);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
