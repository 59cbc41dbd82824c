// The shelf: search as one types, and filters. All handouts are on the page; those that do not fit are hidden.
import "./common.js";

const form = document.querySelector("[data-filters]");
const count = document.querySelector("[data-count]");
const none = document.querySelector("[data-none]");
const leaves = [...document.querySelectorAll("[data-shelf] > li")];

function fits(leaf, wanted) {
  const words = leaf.dataset.words;
  if (!(wanted.search ?? "").toLowerCase().split(/\s+/).every((word) => words.includes(word))) return false;
  return ["audience", "kind", "topic", "language", "state"].every(
    (name) => !wanted[name] || (leaf.dataset[name] ?? "").split(" ").includes(wanted[name]),
  );
}

function show() {
  const wanted = Object.fromEntries(new FormData(form));
  let shown = 0;
  for (const leaf of leaves) {
    leaf.hidden = !fits(leaf, wanted);
    shown += leaf.hidden ? 0 : 1;
  }
  count.textContent = shown === leaves.length ? `${shown} handouts` : `${shown} of ${leaves.length} handouts`;
  none.hidden = shown > 0;
}

form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("[data-clear]").addEventListener("click", () => {
  form.reset();
  show();
  form.elements.search.focus();
});
show();
