// The handout: choices that show new pages at once, files to take home, and printing.
import { address, ask, sentence, tell, values } from "./common.js";
import { Viewer } from "./viewer.js";

const bench = document.querySelector("[data-handout]");
const item = bench.dataset.handout;
const choices = document.querySelector("[data-choices]");

const viewer = new Viewer(document.querySelector("[data-viewer]"), () => ({ item, ...values(choices) }));
viewer.show();

choices.addEventListener("change", (event) => {
  if (event.target.name === "brand") forgetWhatTheClinicDecides();
  const chosen = values(choices);
  history.replaceState(null, "", address(`/handout/${item}`, chosen));
  for (const link of document.querySelectorAll("[data-take]")) {
    link.href = address(`/file/${item}`, { ...chosen, look: "print" in link.dataset ? "1" : "" });
  }
  for (const link of document.querySelectorAll("[data-form]")) {
    link.href = address(`/file/${item}`, { ...chosen, edition: link.dataset.form, format: link.dataset.format });
  }
  viewer.show();
});

/** Another clinic has a region and a form of its own: load the page anew, as that clinic has it. */
function forgetWhatTheClinicDecides() {
  location.assign(address(`/handout/${item}`, { brand: choices.elements.brand.value }));
}

// -- printing: the browser's own dialog on the finished PDF; a new tab where the browser cannot do that --------

document.querySelector("[data-print]").addEventListener("click", (event) => {
  if (!navigator.pdfViewerEnabled) return;
  event.preventDefault();
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
      window.open(frame.src, "_blank", "noopener");
    }
  });
  frame.src = event.currentTarget.href;
  document.body.append(frame);
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
    const begun = await (await ask("/api/bundle", { item, ...values(choices) })).json();
    bundle = begun.number;
    for (let state = { ready: false }; bundle === begun.number && !state.ready; ) {
      await new Promise((done) => setTimeout(done, 250));
      state = await (await ask(`/api/bundle/${begun.number}`)).json();
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

find("work-end").addEventListener("click", () => work.close());
work.addEventListener("close", () => {
  if (bundle && find("work-take").hidden) ask(`/api/bundle/${bundle}`, undefined, "DELETE").catch(() => {});
  bundle = null;
});
