// Lets a reader choose light, dark or the system's theme; kept in this browser.
export function start() {
  const box = document.querySelector("[data-theme-choice]");
  const root = document.documentElement;
  const now = root.dataset.theme || "auto";
  for (const radio of box.querySelectorAll("input")) radio.checked = radio.value === now;
  box.addEventListener("change", (event) => {
    const chosen = event.target.value;
    if (chosen === "auto") delete root.dataset.theme;
    else root.dataset.theme = chosen;
    try {
      if (chosen === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", chosen);
    } catch { /* not kept, but applied to this page */ }
  });
}
