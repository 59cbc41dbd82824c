// The note for a client's record: what was printed or taken, in one line that can be copied. Nothing of it is kept here.
import { sentence } from "./common.js";

const bench = document.querySelector("[data-handout]");
const place = document.querySelector("[data-record]");
const find = (name) => place.querySelector(`[data-record-${name}]`);

/** Show the note for a form, by its name; `more` is said of the copy. */
export function note(form, more = "") {
  const { title, version, language, clinic } = bench.dataset;
  const state = document.querySelector(".about .state").textContent.trim();
  const day = new Date().toLocaleDateString("en-GB", { dateStyle: "long" });
  const given = [`“${title}”`, `version ${version}`, language, form, more].filter(Boolean).join(", ");
  find("words").textContent = `${day}: ${sentence(given)} ${sentence(clinic)} ${sentence(state)}`;
  find("said").textContent = "";
  place.hidden = false;
}

find("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(find("words").textContent);
    find("said").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(find("words")); // the browser lets no page copy: the person can
    find("said").textContent = "The note is selected. Copy it with the keyboard.";
  }
});
