// Words of the clinic's own copy: a form, the page beside it, and what an editor would say, at the field.
import { ask, element, oneAtATime, sentence, tell } from "./common.js";
import { Saver } from "./saving.js";
import { Viewer } from "./viewer.js";

const bench = document.querySelector("[data-words]");
const item = bench.dataset.words;
const form = document.querySelector("[data-form]");
const trouble = form.querySelector("[data-trouble]");

const words = () => Object.fromEntries(new FormData(form));
const today = () => new Date().toLocaleDateString("sv-SE"); // a day as 2026-11-22
const viewer = new Viewer(document.querySelector("[data-viewer]"), () => ({ item, brand: bench.dataset.brandOf, words: words() }));
viewer.show();

const read = oneAtATime(async () => {
  try {
    pointAt(await ask(`/api/words/${item}`, { words: words(), today: today() }, { quietly: true }));
    tell(trouble, null);
  } catch (error) {
    if (error.status === 401 && trouble.hasChildNodes()) return; // a save that waits for the same says more
    pointAt(error.findings ?? []);
    tell(trouble, (error.findings ?? []).some((finding) => finding.field) ? null : error);
  }
});
read();
document.addEventListener("signed-in", read);

const saver = form.dataset.version
  ? new Saver(form, `/api/words/${item}`, {
      draft: (isThere) => ({ words: Object.fromEntries(Object.entries(words()).filter(([name]) => isThere(name))), today: today() }),
      pointAt,
      done: outcome,
      saved: (sent, { findings }) => pointAt(findings),
    })
  : null; // words of the library, which nobody changes here

let patience = 0;
form.addEventListener("input", () => {
  saver?.changed();
  clearTimeout(patience);
  patience = setTimeout(() => {
    read();
    viewer.show();
  }, 350);
});

/** Say that the words are saved, and what is wrong with them all the same. */
function outcome({ findings }) {
  const wrong = findings.filter(({ severity }) => severity === "error").map(({ message }) => sentence(message));
  return `${wrong.length ? `Saved, but: ${wrong.join(" ")}` : "Saved."} It is a draft until a clinician approves it.`;
}

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
