// The handout: choices that show new pages at once, files to take home, and printing.
import { address, ask, askForFile, download, held, sentence, takeFile, tell, values } from "./common.js";
import { note } from "./record.js";
import { Viewer } from "./viewer.js";

const bench = document.querySelector("[data-handout]");
const item = bench.dataset.handout;
const choices = document.querySelector("[data-choices]");

// What is shown is what Print sends: sheets, where the form has them; a switch shows the pages in reading order.

const reading = document.querySelector("[data-reading]");
const isOnSheets = () => "sheets" in (choices.elements.edition.selectedOptions[0]?.dataset ?? {});
const showsSheets = () => isOnSheets() && reading.ariaPressed !== "true";
const query = () => ({ item, ...values(choices) });
const viewer = new Viewer(document.querySelector("[data-viewer]"), () => ({ ...query(), arrangement: showsSheets() ? "sheets" : "" }));

/** Begin with the first page; on sheets behind the note for whoever prints. */
function showFirst() {
  viewer.page = showsSheets() ? Number(bench.dataset.noteSides) + 1 : 1;
  viewer.show();
}

reading.addEventListener("click", () => {
  reading.ariaPressed = String(reading.ariaPressed !== "true");
  showFirst();
});
showFirst();

choices.addEventListener("change", (event) => {
  if (event.target.name === "brand") forgetWhatTheClinicDecides();
  const chosen = values(choices);
  history.replaceState(null, "", address(`/handout/${item}`, chosen));
  for (const link of document.querySelectorAll("[data-take]")) {
    link.href = address(`/file/${item}`, { ...chosen, look: "print" in link.dataset ? "1" : "" });
  }
  for (const link of document.querySelectorAll("[data-file]")) {
    link.href = address(`/file/${item}`, { ...chosen, edition: "", file: link.dataset.file });
  }
  reading.hidden = document.querySelector("[data-on-sheets]").hidden = !isOnSheets();
  if (event.target.name === "edition") showFirst();
  else viewer.show();
});

/** Another clinic has a region and a form of its own: reload the page, as that clinic has it. */
function forgetWhatTheClinicDecides() {
  location.assign(address(`/handout/${item}`, { brand: choices.elements.brand.value }));
}

// -- printing: the browser's own dialog on the finished PDF; a new tab where the browser cannot do that --------

document.querySelector("[data-print]").addEventListener("click", (event) => {
  if (!navigator.pdfViewerEnabled) return;
  event.preventDefault();
  takeFile(event.currentTarget, ({ body }) => printed(held(body)));
});

function printed(address) {
  if (!navigator.pdfViewerEnabled) {
    window.open(address, "_blank", "noopener");
    return;
  }
  document.querySelector("iframe[data-printed]")?.remove();
  const frame = document.createElement("iframe");
  frame.dataset.printed = "";
  frame.title = "The handout, to be printed";
  frame.className = "visually-hidden";
  frame.tabIndex = -1;
  frame.addEventListener("load", () => {
    try {
      frame.contentWindow.focus();
      frame.contentWindow.print();
    } catch {
      window.open(address, "_blank", "noopener");
    }
  });
  frame.src = address;
  document.body.append(frame);
}

// -- the note for a client's record ----------------------------------------------------------------------------

const chosenForm = () => choices.elements.edition.selectedOptions[0]?.textContent ?? "";

document.querySelector(".take").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-take], a[data-file]");
  if (link) note("take" in link.dataset ? chosenForm() : link.closest("li").querySelector("a").textContent);
});

// -- everything as one zip file: told how far it is, and stopped when asked ------------------------------------

const work = document.querySelector("[data-work]");
const find = (name) => work.querySelector(`[data-${name}]`);
let bundle = null;

document.querySelector("[data-bundle]").addEventListener("click", async () => {
  const take = find("work-take");
  take.hidden = true;
  find("work-end").textContent = "Stop";
  find("work-said").textContent = "";
  find("progress").value = 0;
  work.showModal();
  try {
    const begun = await ask("/api/bundle", { item, ...values(choices) });
    if (!work.open) {
      stop(begun.number); // closed before it had begun
      return;
    }
    bundle = begun.number;
    for (let state = { ready: false }; bundle === begun.number && !state.ready; ) {
      await new Promise((done) => setTimeout(done, 250));
      state = await ask(`/api/bundle/${begun.number}`);
      find("progress").max = state.total;
      find("progress").value = state.made;
      find("work-said").textContent = state.ready ? "" : `${state.made} of ${state.total} files are made.`;
      if (state.ready) finish(begun.number, state);
      else if (state.made === state.total) throw new Error(state.missing.join("; "));
    }
  } catch (error) {
    if (work.open) tell(find("work-said"), error);
  }
});

function finish(number, state) {
  const take = find("work-take");
  take.href = `/bundle/${number}`;
  take.hidden = false;
  take.focus();
  find("work-end").textContent = "Close";
  const missing = state.missing.length ? ` These could not be made: ${state.missing.map(sentence).join(" ")}` : "";
  find("work-said").textContent = `The zip file is ready.${missing}`;
}

function stop(number) {
  ask(`/api/bundle/${number}`, undefined, { method: "DELETE", quietly: true }).catch(() => {});
}

find("work-end").addEventListener("click", () => work.close());
work.addEventListener("close", () => {
  if (bundle && find("work-take").hidden) stop(bundle);
  bundle = null;
});

// -- one client's copy: shown, printed, taken home; kept nowhere --------------------------------------------------

const tailor = document.querySelector("[data-tailor]");
const copy = document.querySelector("[data-copy]");
const copySaid = document.querySelector("[data-copy-said]");
const copyTrouble = document.querySelector("[data-copy-trouble]");

function tailoring() {
  const said = new FormData(copy);
  const left = [...copy.querySelectorAll("input[name=part]:not(:checked)")].map((part) => part.value);
  const words = {};
  for (const [name, value] of said) if (name.startsWith("word-") && value.trim()) words[name.slice(5)] = value.trim();
  const note = said.get("note").split(/\n+/).map((line) => line.trim()).filter(Boolean);
  const found = {};
  if (left.length) found.leave_out = left;
  if (Object.keys(words).length) found.words = words;
  if (note.length) found.note = note;
  if (said.get("next_visit").trim()) found.next_visit = said.get("next_visit").trim();
  return found;
}

const order = viewer.order;
viewer.order = () => {
  const said = tailor.open ? tailoring() : {};
  return Object.keys(said).length ? { ...order(), copy: said } : order();
};

let patience = 0;
copy.addEventListener("input", () => {
  clearTimeout(patience);
  patience = setTimeout(() => viewer.show(), 500);
});
tailor.addEventListener("toggle", () => {
  if (Object.keys(tailoring()).length) viewer.show();
});
copy.addEventListener("submit", (event) => {
  event.preventDefault();
  make((copy) => {
    download(copy);
    return "The copy is downloaded. Delete it when your client has it.";
  });
});
document.querySelector("[data-copy-print]").addEventListener("click", () => {
  make(({ body }) => {
    printed(held(body));
    return "";
  });
});
document.querySelector("[data-copy-clear]").addEventListener("click", () => {
  copy.reset();
  copySaid.textContent = "The copy is cleared.";
  viewer.show();
});

async function make(hand) {
  copySaid.textContent = "Making the copy …";
  tell(copyTrouble, null);
  try {
    copySaid.textContent = hand(await askForFile("/api/copy", { ...query(), copy: tailoring() }));
    note(chosenForm(), "a copy changed for this client");
  } catch (error) {
    copySaid.textContent = "";
    tell(copyTrouble, error, () => make(hand));
  }
}

// A page that comes back from the browser's memory must not show another client's words.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) copy.reset();
});

document.querySelector("[data-own]")?.addEventListener("click", async () => {
  try {
    const made = await ask(`/api/own/${item}`, { brand: choices.elements.brand.value }, { undone: "No copy was made" });
    location.assign(`/words/${made.item}`);
  } catch (error) {
    tell(document.querySelector("[data-own-trouble]"), error);
  }
});
