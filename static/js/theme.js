// Runs before the first paint, so that a chosen theme does not flash.
// Says also that scripts run: ".js-only" parts appear.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen) root.dataset.theme = chosen;
  } catch { /* storage is closed to us: follow the system */ }
})();
