// <button data-share>        the device's own share sheet, hidden where there is none
// <button data-copy="TEXT" data-copied="Enlace copiado">   empty TEXT: this page's address
// <button data-print>        the browser's print dialogue
export function start() {
  const address = document.querySelector("link[rel=canonical]")?.href || location.href.split("#")[0];
  for (const button of document.querySelectorAll("[data-share]")) {
    if (!navigator.share) { button.hidden = true; continue; }
    button.addEventListener("click", () => {
      navigator.share({ title: document.title, url: address }).catch(() => { /* the person closed it */ });
    });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) { button.hidden = true; continue; }
    const said = document.createElement("span");
    said.className = "meta said";
    said.setAttribute("role", "status");
    button.after(said);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy || address);
      said.textContent = button.dataset.copied;
      setTimeout(() => { said.textContent = ""; }, 4000);
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => print());
  }
}
