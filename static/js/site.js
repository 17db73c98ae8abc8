// Loads, on each page, only the enhancements that its markup asks for.
// Every page works without any of them.
const wanted = [
  ["[data-theme-choice]", "./choose.js"],
  ["details.menu", "./menu.js"],
  [".error-summary", "./errors.js"],
  ["[data-count]", "./count.js"],
  ["form[data-leave]", "./leave.js"],
  ["form[data-autosave]", "./autosave.js"],
  ["[data-share], [data-copy], [data-print]", "./share.js"],
  ["[data-ballot]", "./ballot.js"],
  ["[data-swap]", "./swap.js"],
  ["[data-similar]", "./similar.js"],
  ["input[data-suggest]", "./suggest.js"],
  ["textarea[data-mention]", "./mention.js"],
  ["[data-picker]", "./picker.js"],
  ["[data-near]", "./near.js"],
];

for (const [selector, module] of wanted) {
  if (document.querySelector(selector)) import(module).then((m) => m.start());
}
