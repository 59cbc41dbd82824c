// The clinic: a form, and beside it the page as it would be. Nothing is kept until it is saved.
import { ask, element, oneAtATime, sentence, tell } from "./common.js";
import { Viewer } from "./viewer.js";

const bench = document.querySelector("[data-brand]");
const brand = bench.dataset.brand;
const form = document.querySelector("[data-form]");
const sample = document.querySelector("[data-sample]");
const trouble = form.querySelector("[data-trouble]");
const saved = document.querySelector("[data-saved]");
let logo = null;
let dirty = false;

const fields = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
const draft = () => ({ brand, fields: fields(), logo });

const viewer = new Viewer(document.querySelector("[data-viewer]"), () => ({ item: sample.value, ...draft() }));
viewer.told = (error) => pointAt(error?.findings ?? []);
viewer.show();

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  changed();
  if (event.target.name === "colour") chooseColour(event.target.value);
});
sample.addEventListener("change", () => {
  viewer.page = 1;
  viewer.show();
});

function changed() {
  dirty = true;
  saved.textContent = "Not saved yet.";
  viewer.show();
}

window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

// -- findings, each at the field that it is about -----------------------------------------------------------

function pointAt(findings) {
  for (const old of form.querySelectorAll(".wrong")) old.remove();
  for (const field of form.elements) field.removeAttribute?.("aria-invalid");
  for (const finding of findings) {
    const field = finding.field && form.elements[finding.field];
    if (!field) continue;
    field.setAttribute("aria-invalid", "true");
    const note = element("span", "wrong", sentence(finding.message) + (finding.help ? ` ${sentence(finding.help)}` : ""));
    note.id = `wrong-${finding.field}`;
    field.after(note);
    field.setAttribute("aria-describedby", note.id);
  }
}

// -- colour ---------------------------------------------------------------------------------------------------

const words = document.querySelector("[data-colour-words]");
const report = document.querySelector("[data-colours]");
const measure = oneAtATime(async (colour) => {
  try {
    show(await (await ask("/api/colours", { colour })).json());
  } catch (error) {
    tell(report, error);
  }
});

function chooseColour(colour) {
  words.value = colour;
  form.elements.colour.value = colour;
  measure(colour);
}

words.addEventListener("input", () => {
  if (!/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(words.value)) return;
  const long = words.value.length === 4 ? words.value.replace(/[0-9a-f]/gi, "$&$&") : words.value;
  form.elements.colour.value = long;
  measure(long);
  changed();
});

function show({ own, safe, seed, pairs, swatches }) {
  report.replaceChildren();
  const row = element("p", "swatches");
  row.setAttribute("aria-hidden", "true");
  for (const colour of swatches) {
    const swatch = element("span");
    swatch.style.backgroundColor = colour;
    row.append(swatch);
  }
  const table = element("table", "contrast");
  table.append(element("caption", "", "What the pages make of it"));
  for (const pair of pairs) {
    const line = table.insertRow();
    const name = element("th", "", pair.what);
    name.scope = "row";
    const shown = element("span", "chip", "Aa");
    shown.style.color = pair.colour;
    shown.style.backgroundColor = pair.on;
    shown.setAttribute("aria-hidden", "true");
    line.append(name);
    line.insertCell().append(shown);
    line.insertCell().textContent = `${pair.contrast.toFixed(1)} : 1, needs ${pair.least}`;
  }
  report.append(row, table);
  const said = element("p", "hint");
  if (safe === seed) {
    said.textContent = `On white your colour itself has ${own.toFixed(1)} : 1. Letters in it can be read.`;
    report.append(said);
    return;
  }
  said.textContent = `On white your colour itself has ${own.toFixed(1)} : 1, too little for letters. The pages use darker shades of it. `;
  const offer = element("button", "quiet", `Use ${safe}, the nearest that can be read`);
  offer.type = "button";
  offer.addEventListener("click", () => {
    chooseColour(safe);
    changed();
    form.elements.colour.focus();
  });
  report.append(said, offer);
}
show(JSON.parse(document.getElementById("colours").textContent));

// -- logo: by file or by drop ---------------------------------------------------------------------------------

const file = document.querySelector("[data-logo-file]");
const drop = document.querySelector("[data-drop]");
const logoSaid = document.querySelector("[data-logo-said]");

file.addEventListener("change", () => file.files[0] && take(file.files[0]));
for (const name of ["dragover", "dragenter"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.dataset.over = "";
  });
}
drop.addEventListener("dragleave", () => delete drop.dataset.over);
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  delete drop.dataset.over;
  if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
});

async function take(picture) {
  logoSaid.className = "hint";
  logoSaid.textContent = "Looking at the logo …";
  try {
    const answer = await send(`/upload/logo?name=${encodeURIComponent(picture.name)}`, picture);
    logo = answer.logo;
    const shown = document.querySelector("[data-logo]");
    shown.src = answer.shown;
    shown.hidden = false;
    shown.alt = "The new logo";
    const remarks = answer.remarks.flatMap(({ message, help }) => [sentence(message), sentence(help)]);
    logoSaid.textContent = ["The logo is in place.", ...remarks].join(" ");
    changed();
  } catch (error) {
    logoSaid.className = "wrong";
    logoSaid.textContent = `${sentence(error.message)} ${error.help ? sentence(error.help) : ""}`;
  }
}

async function send(path, body) {
  if (body.size > 8_000_000) throw Object.assign(new Error("the file is too large"), { help: "use one of less than 8 MB" });
  return (await ask(path, body)).json();
}

// -- saving, going back, other clinics ----------------------------------------------------------------------------

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  saved.textContent = "Saving …";
  try {
    await ask(`/api/clinic/${brand}`, draft());
    dirty = false;
    logo = null;
    tell(trouble, null);
    pointAt([]);
    saved.textContent = "Saved.";
  } catch (error) {
    saved.textContent = "";
    pointAt(error.findings ?? []);
    tell(trouble, error);
    form.querySelector("[aria-invalid]")?.focus();
  }
});

const moving = document.querySelector("[data-moving-trouble]");

for (const button of document.querySelectorAll("[data-restore]")) {
  button.addEventListener("click", () => leave(() => ask(`/api/clinic/${brand}/restore`, { version: button.dataset.restore }), trouble));
}
document.querySelector("[data-new]").addEventListener("submit", (event) => {
  event.preventDefault();
  leave(() => ask("/api/clinic", { name: event.target.elements.name.value }), moving);
});
document.querySelector("[data-bring]").addEventListener("change", (event) => {
  const packed = event.target.files[0];
  if (packed) leave(() => ask("/upload/clinic", packed), moving);
});

async function leave(work, place) {
  try {
    const answer = await (await work()).json();
    dirty = false;
    location.assign(`/clinic?brand=${answer.brand ?? brand}`);
  } catch (error) {
    tell(place, error);
  }
}
