// The viewer: pages as pictures, turned with the keyboard, drawn at the density of the screen.
import { askForFile, element, oneAtATime, tell } from "./common.js";

const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
const PIXELS_A_MM = 96 / 25.4;

export class Viewer {
  /** `order` gives what to show, as the studio is asked for it. */
  constructor(place, order) {
    this.place = place;
    this.order = order;
    this.page = 1;
    this.pages = 1;
    this.zoom = null; // as wide as the place allows
    this.find = (name) => place.querySelector(`[data-${name}]`);
    this.paper = this.find("paper");
    this.paper.dataset.fit = "";
    this.sheet = this.find("sheet"); // the first page, which came with the page of the studio
    this.first = this.sheet.decode().catch(() => {}); // laid out once: what is asked for next finds it there
    this.show = oneAtATime(() => this.draw());
    place.addEventListener("click", (event) => this.press(event.target.closest("button")));
    this.paper.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.fit()).observe(this.paper);
    document.addEventListener("signed-in", () => this.show());
  }

  press(button) {
    if (!button) return;
    if (button.dataset.turn) this.turn(this.page + Number(button.dataset.turn));
    if (button.dataset.zoom) this.rescale(Number(button.dataset.zoom));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const sideways = this.paper.scrollWidth > this.paper.clientWidth + 1;
    const ways = {
      ArrowRight: sideways ? null : () => this.turn(this.page + 1),
      ArrowLeft: sideways ? null : () => this.turn(this.page - 1),
      PageDown: () => this.turn(this.page + 1),
      PageUp: () => this.turn(this.page - 1),
      Home: () => this.turn(1),
      End: () => this.turn(this.pages),
      "+": () => this.rescale(1),
      "=": () => this.rescale(1),
      "-": () => this.rescale(-1),
      0: () => this.rescale(0),
    };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    way();
  }

  turn(page) {
    const wanted = Math.min(Math.max(page, 1), this.pages);
    if (wanted === this.page) return;
    this.page = wanted;
    this.paper.scrollTop = 0;
    this.show();
  }

  /** One step larger (1) or smaller (-1), or as wide as the place (0). */
  rescale(step) {
    if (step === 0) {
      this.zoom = null;
    } else {
      const now = this.width() / this.naturalWidth();
      const larger = ZOOMS.find((zoom) => zoom > now + 0.01) ?? ZOOMS.at(-1);
      const smaller = ZOOMS.findLast((zoom) => zoom < now - 0.01) ?? ZOOMS[0];
      this.zoom = step > 0 ? larger : smaller;
    }
    this.show();
  }

  naturalWidth() {
    return (this.widthMm ?? 215.9) * PIXELS_A_MM;
  }

  /** How wide the page is to stand, in CSS pixels. */
  width() {
    if (this.zoom) return Math.round(this.naturalWidth() * this.zoom);
    const style = getComputedStyle(this.paper);
    const room = this.paper.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return Math.round(Math.min(room, this.naturalWidth() * 1.25));
  }

  fit() {
    if (!this.zoom && this.drawn && Math.abs(this.width() - this.drawn) > 8) this.show();
  }

  async draw() {
    const patience = setTimeout(() => (this.find("busy").hidden = false), 250);
    this.paper.setAttribute("aria-busy", "true");
    try {
      await this.first;
      const width = this.width();
      const density = Math.min(window.devicePixelRatio || 1, 3);
      const asked = { ...this.order(), page: this.page, width: Math.round(width * density) };
      const answer = await askForFile("/api/picture", asked, { quietly: true });
      const told = (name) => Number(answer.headers.get(`Bifolio-${name}`));
      [this.page, this.pages, this.widthMm, this.heightMm, this.notes] = ["Page", "Pages", "Width", "Height", "Notes"].map(told);
      await this.put(answer.body);
      this.drawn = this.width();
      this.tell(null);
    } catch (error) {
      this.tell(error);
    } finally {
      clearTimeout(patience);
      this.find("busy").hidden = true;
      this.paper.removeAttribute("aria-busy");
    }
  }

  tell(error) {
    tell(this.find("trouble"), error);
    this.told?.(error);
  }

  /** What the page is called: sheets have a front and a back, behind the note for whoever prints. */
  name() {
    if (!this.notes) return `Page ${this.page} of ${this.pages}`;
    if (this.page <= this.notes) return "Note for the printer";
    const side = this.page - this.notes;
    return `Sheet ${Math.ceil(side / 2)} of ${Math.ceil((this.pages - this.notes) / 2)}, ${side % 2 ? "front" : "back"}`;
  }

  /** A canvas shows a page twice as soon as a picture that has to be read again from its address. */
  canvas() {
    if (this.sheet.localName !== "canvas") {
      const canvas = element("canvas");
      canvas.dataset.sheet = "";
      canvas.setAttribute("role", "img");
      this.sheet.replaceWith(canvas);
      this.sheet = canvas;
    }
    return this.sheet;
  }

  async put(picture) {
    const bitmap = await createImageBitmap(picture);
    const sheet = this.canvas();
    [sheet.width, sheet.height] = [bitmap.width, bitmap.height];
    sheet.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    sheet.style.width = `${this.width()}px`;
    if (this.zoom) delete this.paper.dataset.fit;
    else this.paper.dataset.fit = "";
    const words = this.name();
    sheet.setAttribute("aria-label", words);
    this.find("count").textContent = words;
    this.find("said").textContent = words;
    this.paper.setAttribute("aria-label", `${words}. Arrow keys turn the page, plus and minus zoom.`);
    for (const button of this.place.querySelectorAll("[data-turn]")) {
      const target = this.page + Number(button.dataset.turn);
      button.disabled = target < 1 || target > this.pages;
    }
    this.place.dispatchEvent(new CustomEvent("drawn"));
  }
}
