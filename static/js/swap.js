// Replaces one part of the page in place of loading a new one.
// <form data-swap="ID"> and <a data-swap="ID">: what their address answers holds an element with the
// same id, which takes the place of the one here; with data-extends, only what hangs on it, in place
// of the link. Whatever fails is done the usual way.
export function start() {
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.dataset.swap || e.defaultPrevented) return;
    e.preventDefault();
    const body = new URLSearchParams(new FormData(form, e.submitter));
    const pressed = e.submitter ? [...form.elements].indexOf(e.submitter) : -1;
    swap(form.dataset.swap, form.action, { method: "POST", body }, (part) => {
      part.querySelector("form[data-swap]")?.elements[pressed]?.focus();
    }).catch(() => {
      delete form.dataset.swap; // what was pressed must be sent along
      form.requestSubmit(e.submitter);
    });
  });
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-swap]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    if ("extends" in link.dataset) {
      extend(link).catch(() => { location = link.href; });
      return;
    }
    swap(link.dataset.swap, link.href, {}, (part) => {
      part.tabIndex = -1;
      part.focus({ preventScroll: true });
    }).catch(() => { location = link.href; });
  });
}

async function load(id, address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(answer.status);
  const there = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  if (!there) throw new Error("nothing there");
  return there;
}

async function extend(link) {
  const there = await load(link.dataset.swap, link.href, {});
  const more = [...there.querySelectorAll(":scope > .replies > li")];
  if (!more.length) throw new Error("nothing there");
  link.closest("li").replaceWith(...more);
  more[0].tabIndex = -1;
  more[0].focus({ preventScroll: true });
}

async function swap(id, address, options, then) {
  const here = document.getElementById(id);
  here.setAttribute("aria-busy", "true");
  const there = await load(id, address, options);
  here.replaceWith(there);
  then(there);
}
