// The shelf: search as one types, and filters. All handouts are on the page; those that do not fit are hidden, and what
// a search finds stands in the order in which it fits.
import { ask, element, oneAtATime, tell } from "./common.js";

const form = document.querySelector("[data-filters]");
const field = form.elements.search;
const shelf = document.querySelector("[data-shelf]");
const count = document.querySelector("[data-count]");
const none = document.querySelector("[data-none]");
const trouble = document.querySelector("[data-search-trouble]");
const leaves = [...shelf.children];
const titles = new Map(leaves.map((leaf) => [leaf, leaf.querySelector("h2 a")?.textContent]));

let sought = ""; // what the leaves show now
let found = null; // what was found for it; null where nothing is sought

const search = oneAtATime(async () => {
  const words = field.value;
  if (words.trim() === sought.trim() && (found || !words.trim())) return;
  if (!words.trim()) {
    [sought, found] = ["", null];
    arrange();
    return;
  }
  try {
    found = await ask("/api/search", { words, brand: form.dataset.brand }, { quietly: true });
    sought = words;
    tell(trouble, null);
    arrange();
  } catch (error) {
    tell(trouble, error);
  }
});

/** Put the leaves in order, with what fits marked in them. */
function arrange() {
  const hits = new Map((found?.hits ?? []).map((hit) => [hit.item, hit]));
  for (const leaf of leaves) mark(leaf, hits.get(leaf.dataset.item));
  const fitting = [...hits.keys()].map((item) => leaves.find((leaf) => leaf.dataset.item === item)).filter(Boolean);
  const order = [...fitting, ...leaves.filter((leaf) => !fitting.includes(leaf))];
  if (order.some((leaf, at) => shelf.children[at] !== leaf)) shelf.append(...order);
  show();
}

function mark(leaf, hit) {
  const quote = leaf.querySelector("[data-found]");
  if (!quote) return; // a handout that cannot be shown
  quote.hidden = !hit;
  write(quote, hit?.excerpt ?? []);
  write(leaf.querySelector("h2 a"), hit?.title ?? [[titles.get(leaf), false]]);
}

function write(place, pieces) {
  place.replaceChildren(...pieces.map(([words, fits]) => (fits ? element("mark", "", words) : words)));
}

/** Hide what is not sought or not chosen, and say how much is left. */
function show() {
  const wanted = Object.fromEntries(new FormData(form));
  const chosen = leaves.filter((leaf) => isChosen(leaf, wanted));
  const items = found && new Set(found.hits.map((hit) => hit.item));
  const left = chosen.filter((leaf) => !items || items.has(leaf.dataset.item));
  for (const leaf of leaves) leaf.hidden = !left.includes(leaf);
  const all = leaves.length;
  const amount = left.length === all ? `${all} handouts` : `${left.length} of ${all} handouts`;
  say(count, found ? summary(amount) : amount);
  none.hidden = left.length > 0;
  say(none.querySelector("[data-none-said]"), nothing(items?.size ?? 0));
}

/** Say how much fits, and what a typing error was taken for. */
function summary(amount) {
  const words = sought.trim();
  if (!found.hits.length) return `No handout fits “${words}”.`;
  const meant = found.read_as.reduce((all, [was, word]) => all.toLowerCase().replace(was, word), words);
  if (found.is_near) return `Nothing fits “${words}”. The nearest: ${amount} for “${meant}”`;
  return found.read_as.length ? `${amount} for “${meant}”, as “${words}” is in none` : `${amount} for “${words}”`;
}

function nothing(unchosen) {
  if (unchosen) return `No handout fits all that you chose. ${unchosen} ${unchosen === 1 ? "fits" : "fit"} what you typed.`;
  return found ? "Try another word for it." : "No handout fits.";
}

function isChosen(leaf, wanted) {
  return ["audience", "kind", "topic", "language", "state"].every(
    (name) => !wanted[name] || (leaf.dataset[name] ?? "").split(" ").includes(wanted[name]),
  );
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words; // said once to those who hear the page
}

field.addEventListener("focus", () => ask("/api/search", { words: "", brand: form.dataset.brand }, { quietly: true }).catch(() => {}), { once: true });
field.addEventListener("input", () => search());
form.addEventListener("change", show);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  shelf.querySelector("li:not([hidden]) h2 a")?.focus(); // Return goes to the first that fits
});
document.querySelector("[data-clear]").addEventListener("click", () => {
  form.reset();
  search();
  show();
  field.focus();
});
document.addEventListener("signed-in", () => search());
show();
search();
