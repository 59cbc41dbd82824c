// Words of the clinic's own copy: a form, the page beside it, and what an editor would say, at the field.
import { ask, element, oneAtATime, sentence, tell } from "./common.js";
import { Viewer } from "./viewer.js";

const bench = document.querySelector("[data-words]");
const item = bench.dataset.words;
const form = document.querySelector("[data-form]");
const trouble = form.querySelector("[data-trouble]");
const saved = document.querySelector("[data-saved]");
let dirty = false;

const words = () => Object.fromEntries(new FormData(form));
const viewer = new Viewer(document.querySelector("[data-viewer]"), () => ({ item, brand: bench.dataset.brandOf, words: words() }));
viewer.show();

const read = oneAtATime(async () => {
  const today = new Date().toLocaleDateString("sv-SE"); // a day as 2026-11-22
  try {
    const findings = await (await ask(`/api/words/${item}`, { words: words(), today })).json();
    pointAt(findings);
    tell(trouble, null);
  } catch (error) {
    pointAt(error.findings ?? []);
  }
});
read();

let patience = 0;
form.addEventListener("input", () => {
  dirty = true;
  saved.textContent = "Not saved yet.";
  clearTimeout(patience);
  patience = setTimeout(() => {
    read();
    viewer.show();
  }, 350);
});
window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

function pointAt(findings) {
  for (const old of form.querySelectorAll(".remark")) old.remove();
  for (const field of form.querySelectorAll("input, textarea")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  const at = new Map();
  for (const finding of findings) if (finding.field) at.set(finding.field, [...(at.get(finding.field) ?? []), finding]);
  for (const [name, found] of at) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    const remark = element("span", "remark");
    remark.id = `${field.id}-remark`;
    for (const finding of found) {
      const isError = finding.severity === "error";
      if (isError) field.setAttribute("aria-invalid", "true");
      remark.append(element("span", isError ? "wrong" : "hint", sentence(finding.message) + (finding.help ? ` ${sentence(finding.help)}` : "")));
    }
    field.after(remark);
    field.setAttribute("aria-describedby", remark.id);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  saved.textContent = "Saving …";
  try {
    await ask(`/api/words/${item}/save`, { words: words() });
    dirty = false;
    tell(trouble, null);
    saved.textContent = "Saved. It is a draft until a clinician approves it.";
  } catch (error) {
    saved.textContent = "";
    pointAt(error.findings ?? []);
    tell(trouble, error);
    form.querySelector("[aria-invalid]")?.focus();
  }
});
