// Keeps a running total on a ballot, or on each of its questions: how many chosen, how much money or
// how many points are used. The server counts again; this only saves surprises.
// <form or fieldset data-ballot data-limit="500000000" data-most="5" data-currency="MXN" data-digits="2"
//   data-say="{chosen} elegidos · {used} de {limit}" data-over="Te pasas por {over}"
//   data-many="Elige {most} o menos">
// Checkboxes carry data-cost (minor units); number fields (points) count their value, lists only that
// something is chosen.
// Shows words in .total-words (aria-live), and a share in .total progress.
export function start() {
  for (const form of document.querySelectorAll("[data-ballot]")) {
    const tell = () => total(form);
    form.addEventListener("change", tell);
    form.addEventListener("input", tell);
    addEventListener("pageshow", tell);
    tell();
  }
}

function total(form) {
  const { limit, most, currency, digits = 2, say, over, many } = form.dataset;
  let chosen = 0, used = 0;
  for (const field of form.elements) {
    if (field.type === "checkbox" && field.checked && field.closest(".option")) {
      chosen++;
      used += Number(field.dataset.cost || 0);
    } else if (field.tagName === "SELECT" && field.value !== "") {
      chosen++;
    } else if (field.type === "number" && Number(field.value) > 0) {
      chosen++;
      used += Number(field.value);
    }
  }
  const lang = document.documentElement.lang;
  const amount = (n) => currency
    ? new Intl.NumberFormat(lang, { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 0 }).format(n / 10 ** digits)
    : new Intl.NumberFormat(lang).format(n);
  const fill = (words) => words
    .replace("{chosen}", chosen).replace("{most}", most).replace("{used}", amount(used))
    .replace("{limit}", amount(limit)).replace("{left}", amount(limit - used)).replace("{over}", amount(used - limit));
  const tooMuch = limit && used > Number(limit), tooMany = most && chosen > Number(most);
  const words = fill(say) + (tooMuch && over ? " " + fill(over) : "") + (tooMany && many ? " " + fill(many) : "");
  const bar = form.querySelector(".total");
  const place = form.querySelector(".total-words");
  if (place && place.textContent !== words) place.textContent = words;
  for (const one of [bar, place]) one?.classList.toggle("over", Boolean(tooMuch || tooMany));
  const progress = form.querySelector(".total progress");
  if (progress) progress.value = Math.min(progress.max, used || chosen);
}
