// What the pages of the studio share: asking, telling, and doing one thing at a time.
import { signIn } from "./signin.js";

document.documentElement.classList.add("js");

for (const form of document.querySelectorAll("form[data-leap]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// -- asking ---------------------------------------------------------------------------------------------------

const PATIENCE_MS = 200_000; // the studio itself stops a task after 180 seconds

/**
 * Ask the studio for values; give them. Anything but an answer of the studio is thrown as a Refusal.
 *
 * `method` is GET, or POST where something is `said`: values, a file, or a form. `undone` is what to say where
 * this comes to nothing: "Nothing was saved". Whoever was signed out can sign in on the page, and then it goes on;
 * with `quietly` nobody is interrupted, and the Refusal says it.
 */
export async function ask(path, said, options) {
  const answer = await answered(path, said, options);
  return read(answer, options, (one) => one.json());
}

/** Ask the studio for a file or a picture; give it as `body`, with its `name` and the `headers` that came with it. */
export async function askForFile(path, said, options) {
  const answer = await answered(path, said, options);
  const name = nameOf(answer.headers.get("Content-Disposition") ?? "");
  if (!name && !answer.headers.get("Content-Type")?.startsWith("image/")) throw astray(options);
  return { name, headers: answer.headers, body: await read(answer, options, (one) => one.blob()) };
}

/** The name of a file as its answer has it: RFC 6266. */
function nameOf(disposition) {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(disposition)?.[1];
}

async function answered(path, said, options = {}) {
  for (;;) {
    const answer = await sent(path, said, options);
    if (answer.ok) return answer;
    const refusal = await refused(answer, options);
    if (refusal.status !== 401 || options.quietly || !(await signIn(options.undone))) throw refusal;
  }
}

async function sent(path, said, { method, undone } = {}) {
  const isWhole = said === undefined || said instanceof Blob || said instanceof URLSearchParams;
  const headers = { Accept: "application/json, */*;q=0.5" };
  if (!isWhole) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, {
      method: method ?? (said === undefined ? "GET" : "POST"),
      headers,
      body: isWhole ? said : JSON.stringify(said),
      redirect: "manual", // where it would lead is no answer
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw silent(undone);
  }
}

async function read(answer, { undone } = {}, take) {
  try {
    return await take(answer);
  } catch (error) {
    throw error instanceof SyntaxError ? astray({ undone }) : silent(undone);
  }
}

async function refused(answer, { undone } = {}) {
  const said = await answer.json().catch(() => null);
  if (typeof said?.message !== "string") return astray({ undone });
  return new Refusal({ ...said, status: answer.status }, undone);
}

const silent = (undone) =>
  new Refusal({ message: "the studio does not answer", help: "it may have been stopped. Start it again, and try again here; your words are still on this page" }, undone);

const astray = ({ undone } = {}) =>
  new Refusal({ message: "what came back was no answer of the studio", help: "try again in a moment; your words are still on this page" }, undone);

export class Refusal extends Error {
  constructor({ message, help, findings, status, now }, undone = "") {
    super(undone ? `${undone}: ${message}` : message);
    this.help = help ?? "";
    this.findings = findings ?? [];
    this.status = status ?? 0;
    this.now = now ?? null; // what stands in the place of what was to be saved
  }
}

// -- telling --------------------------------------------------------------------------------------------------

/**
 * Write what is wrong, and the way out, into a place on the page. Without an error the place is emptied.
 *
 * Whoever was signed out is offered to sign in, and then to have it done `again`.
 */
export function tell(place, error, again = signIn) {
  if (!error) {
    place.replaceChildren();
    return;
  }
  if (!(error instanceof Refusal)) console.error(error);
  const box = element("div", "trouble");
  box.append(element("p", "trouble-what", sentence(error.message)));
  if (error.help) box.append(element("p", "", sentence(error.help)));
  const more = (error.findings ?? []).slice(1);
  if (more.length) {
    const list = element("ul");
    for (const finding of more.slice(0, 20)) list.append(element("li", "", sentence(finding.message) + (finding.help ? ` ${sentence(finding.help)}` : "")));
    box.append(list);
  }
  if (error.status === 401 && again) {
    const offer = element("button", "second", "Sign in");
    offer.type = "button";
    offer.addEventListener("click", () => again());
    const row = element("p", "row");
    row.append(offer);
    box.append(row);
    document.addEventListener("signed-in", () => box.remove(), { once: true });
  }
  if (place.textContent === box.textContent) return; // said already: it is not read out with each key
  place.replaceChildren(box);
}

export function element(name, kind = "", words = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (words) made.textContent = words;
  return made;
}

export function sentence(words) {
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.?!…]$/.test(whole) ? whole : `${whole}.`;
}

// -- files to take home: fetched first, so that a refusal is told here and not kept as a file ---------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[download]");
  if (!link || link.protocol === "blob:") return;
  event.preventDefault();
  takeFile(link);
});

/** Fetch the file that a link leads to, and hand it over; what goes wrong is told below the link. */
export async function takeFile(link, hand = download) {
  const place = below(link);
  const patience = setTimeout(() => place.replaceChildren(element("p", "hint", "Making the file …")), 400);
  try {
    hand(await askForFile(link.href));
    tell(place, null);
  } catch (error) {
    tell(place, error, () => takeFile(link, hand));
  } finally {
    clearTimeout(patience);
  }
}

function below(link) {
  const line = link.closest("p, li");
  const next = line.localName === "li" ? line.lastElementChild : line.nextElementSibling;
  if (next?.matches("[data-below]")) return next;
  const place = element("div");
  place.dataset.below = "";
  place.setAttribute("role", "status");
  if (line.localName === "li") line.append(place);
  else line.after(place);
  return place;
}

export function download({ body, name }) {
  const link = element("a");
  link.href = held(body);
  link.download = name;
  link.click();
}

/** Give a file an address for as long as it may be looked at. */
export function held(body) {
  const made = URL.createObjectURL(body);
  setTimeout(() => URL.revokeObjectURL(made), 600_000);
  return made;
}

// -- doing ----------------------------------------------------------------------------------------------------

/** Do one thing at a time. What is asked for meanwhile waits, and only the last of it is done. */
export function oneAtATime(work) {
  let busy = false;
  let next = null;
  return async function begin(...values) {
    if (busy) {
      next = values;
      return;
    }
    busy = true;
    try {
      await work(...values);
    } finally {
      busy = false;
      if (next) {
        const waiting = next;
        next = null;
        begin(...waiting);
      }
    }
  };
}

/** The fields of a form as plain values; empty ones are left out. */
export function values(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== ""));
}

/** Write an address with what is to be said in it. */
export function address(path, words) {
  const said = new URLSearchParams(Object.entries(words).filter(([, value]) => value));
  return said.size ? `${path}?${said}` : path;
}
