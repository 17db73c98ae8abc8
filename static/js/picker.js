// Moves the point on a map where people say where something is: by pointing, by arrow keys; moves
// the map by its buttons. Without it each of these is a round trip.
const unit = 1e6;

export function start() {
  for (const box of document.querySelectorAll("[data-picker]")) pick(box);
}

function pick(box) {
  const form = box.closest("form"), { lat, lon, sight } = form.elements, status = box.querySelector("[role=status]");
  const pictures = box.querySelectorAll("input[type=image]");
  let [y, x, zoom] = sight.value.split(",").map(Number);
  y *= unit; x *= unit;
  const steps = (picture) => [picture.dataset.step / 2 ** zoom, picture.dataset.east / 2 ** zoom];
  const corner = (picture) => {
    const [down, right] = steps(picture);
    return [y + down * picture.height / 2, x - right * picture.width / 2];
  };
  const show = () => {
    for (const picture of pictures) {
      const [down, right] = steps(picture), [north, west] = corner(picture), pin = picture.nextElementSibling.firstElementChild;
      const known = lat.value && lon.value;
      pin.setAttribute("x", known ? Math.round((lon.value * unit - west) / right) : -100);
      pin.setAttribute("y", known ? Math.round((north - lat.value * unit) / down) : -100);
    }
  };
  const put = (north, west) => {
    lat.value = (north / unit).toFixed(5);
    lon.value = (west / unit).toFixed(5);
    status.textContent = box.dataset.say.replace("{lat}", lat.value).replace("{lon}", lon.value);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  };
  const look = () => {
    sight.value = `${(y / unit).toFixed(4)},${(x / unit).toFixed(4)},${zoom}`;
    for (const picture of pictures) {
      const to = new URL(picture.src);
      to.searchParams.set("at", sight.value);
      picture.src = to;
    }
    show();
  };
  for (const picture of pictures) {
    picture.addEventListener("click", (event) => {
      event.preventDefault();
      const [down, right] = steps(picture), [north, west] = corner(picture);
      const middle = event.detail === 0; // by keyboard
      put(north - down * (middle ? picture.height / 2 : event.offsetY), west + right * (middle ? picture.width / 2 : event.offsetX));
    });
    picture.addEventListener("keydown", (event) => {
      const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const [down, right] = steps(picture), far = event.shiftKey ? 20 : 4;
      put((lat.value ? lat.value * unit : y) - way[0] * far * down, (lon.value ? lon.value * unit : x) + way[1] * far * right);
    });
  }
  box.addEventListener("click", (event) => {
    const how = event.target.closest("button[name=map]")?.value;
    if (!how) return;
    event.preventDefault();
    if (how === "clear") {
      lat.value = lon.value = status.textContent = "";
      return show();
    }
    const [down, right] = steps(pictures[0]), side = pictures[0].width / 3;
    if (how === "in") {
      if (!zoom && lat.value) [y, x] = [lat.value * unit, lon.value * unit];
      zoom = Math.min(zoom + 1, box.dataset.nearest);
    }
    if (how === "out") zoom = Math.max(zoom - 1, 0);
    if (how === "north") y += down * side;
    if (how === "south") y -= down * side;
    if (how === "west") x -= right * side;
    if (how === "east") x += right * side;
    look();
  });
  lat.addEventListener("change", show);
  lon.addEventListener("change", show);
}
