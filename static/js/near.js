// Orders a list by what is near: asks the browser where it is, and rounds that to a thousandth of a
// degree (100 m) before anybody else sees it. <button data-near="/proposals?sort=near" data-failed="…">
export function start() {
  for (const button of document.querySelectorAll("[data-near]")) {
    const status = button.parentElement.querySelector("[role=status]");
    button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
      const to = new URL(button.dataset.near, location.href);
      to.searchParams.set("lat", coords.latitude.toFixed(3));
      to.searchParams.set("lon", coords.longitude.toFixed(3));
      location = to;
    }, () => { status.textContent = button.dataset.failed; }, { maximumAge: 600000, timeout: 10000 }));
  }
}
