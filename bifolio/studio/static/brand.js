// The clinic: a form, and beside it the page as it would be. Nothing is kept until it is saved.
import { ask, element, oneAtATime, sentence, tell } from "./common.js";
import { Saver } from "./saving.js";
import { Viewer } from "./viewer.js";

const bench = document.querySelector("[data-brand]");
const brand = bench.dataset.brand;
const form = document.querySelector("[data-form]");
const sample = document.querySelector("[data-sample]");
let logo = null; // what the studio calls a new one that it holds
let picture = null; // and its file

const fields = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
const draft = () => ({ brand, fields: fields(), logo });

const viewer = new Viewer(document.querySelector("[data-viewer]"), () => ({ item: sample.value, ...draft() }));
viewer.told = (error) => pointAt(error?.findings ?? []);
viewer.show();

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  document.getElementById(`odd-${event.target.name}`)?.remove();
  changed();
  if (event.target.name === "colour") chooseColour(event.target.value);
});
sample.addEventListener("change", () => {
  viewer.page = 1;
  viewer.show();
});

function changed() {
  saver.changed();
  viewer.show();
}

// -- findings, each at the field that it is about -----------------------------------------------------------

function pointAt(findings) {
  for (const field of form.elements) field.removeAttribute?.("aria-invalid");
  for (const field of note(findings, "wrong")) field.setAttribute("aria-invalid", "true");
}

/** Write findings of one kind beside their fields, in the place of those before; return the fields. */
function note(findings, kind) {
  for (const old of form.querySelectorAll(`.${kind}`)) old.remove();
  return findings.flatMap((finding) => {
    const field = finding.field && form.elements[finding.field];
    if (!field) return [];
    const words = element("span", kind, sentence(finding.message) + (finding.help ? ` ${sentence(finding.help)}` : ""));
    words.id = `${kind}-${finding.field}`;
    field.after(words);
    field.setAttribute("aria-describedby", words.id);
    return [field];
  });
}

note(JSON.parse(document.getElementById("findings").textContent), "odd");

// -- colour ---------------------------------------------------------------------------------------------------

const words = document.querySelector("[data-colour-words]");
const report = document.querySelector("[data-colours]");
const measure = oneAtATime(async (colour) => {
  try {
    show(await ask("/api/colours", { colour }, { quietly: true }));
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

async function take(chosen) {
  logoSaid.className = "hint";
  logoSaid.textContent = "Looking at the logo …";
  try {
    const answer = await send(chosen);
    showLogo(answer.shown, "The new logo");
    const remarks = answer.remarks.flatMap(({ message, help }) => [sentence(message), sentence(help)]);
    logoSaid.textContent = ["The logo is in place.", ...remarks].join(" ");
    changed();
  } catch (error) {
    logoSaid.className = "wrong";
    logoSaid.textContent = `${sentence(error.message)} ${error.help ? sentence(error.help) : ""}`;
  }
}

async function send(chosen) {
  if (chosen.size > 8_000_000) throw Object.assign(new Error("the file is too large"), { help: "use one of less than 8 MB" });
  const answer = await ask(`/upload/logo?name=${encodeURIComponent(chosen.name)}`, chosen, { undone: "The logo was not taken" });
  logo = answer.logo;
  picture = chosen;
  return answer;
}

const resend = () => send(picture).then(() => true, () => false);

function showLogo(address, words) {
  const shown = document.querySelector("[data-logo]");
  if (address) shown.src = address;
  else shown.removeAttribute("src");
  shown.hidden = !address;
  shown.alt = words;
}

/** Both logos, where somebody else has saved meanwhile and a new one was chosen here. */
function bothLogos({ logo: theirs }) {
  if (!logo) {
    showLogo(theirs, "The logo now");
    return [];
  }
  const mine = document.querySelector("[data-logo]").src;
  const shown = (address) => (address ? Object.assign(element("img", "version-logo"), { src: address, alt: "Logo" }) : element("span", "hint", "nothing"));
  const take = () => {
    logo = null;
    showLogo(theirs, "The logo now");
    logoSaid.textContent = "";
  };
  return [{ label: "Logo", by: theirs === logoAtFirst ? "me" : "both", mine: shown(mine), theirs: shown(theirs), take }];
}

const logoAtFirst = document.querySelector("[data-logo]").getAttribute("src");

// -- saving, going back, other clinics ----------------------------------------------------------------------------

const saver = new Saver(form, `/api/clinic/${brand}`, {
  draft: () => ({ fields: fields(), logo }),
  pointAt,
  done: () => "Saved.",
  more: bothLogos,
  resend,
  saved: (sent, { findings }) => {
    if (sent.logo === logo) logo = null;
    note(findings, "odd");
  },
});
document.addEventListener("signed-in", async () => {
  if (logo && (await resend())) viewer.show(); // the studio was started again, and holds it no longer
});

const moving = document.querySelector("[data-moving-trouble]");
const restoring = document.querySelector("[data-restore-trouble]");

for (const button of document.querySelectorAll("[data-restore]")) {
  const restore = () => ask(`/api/clinic/${brand}/restore`, { number: button.dataset.restore, version: saver.version }, { method: "PUT", undone: "Nothing was changed" });
  button.addEventListener("click", () => leave(restore, restoring));
}
document.querySelector("[data-new]").addEventListener("submit", (event) => {
  event.preventDefault();
  leave(() => ask("/api/clinic", { name: event.target.elements.name.value }, { undone: "No clinic was made" }), moving);
});
document.querySelector("[data-bring]").addEventListener("change", (event) => {
  const packed = event.target.files[0];
  if (packed) leave(() => ask("/upload/clinic", packed, { undone: "No clinic was made" }), moving);
});

async function leave(work, place) {
  try {
    const answer = await work();
    location.assign(`/clinic?brand=${answer.brand ?? brand}`); // the browser asks where words are not saved
  } catch (error) {
    tell(place, error, () => leave(work, place));
  }
}
