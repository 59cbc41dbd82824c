// What the pages of the studio share: asking, telling, and doing one thing at a time.

document.documentElement.classList.add("js");

for (const form of document.querySelectorAll("form[data-leap]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

/** Ask the studio, with values or a file; give the answer. A refusal is thrown, with its sentence and its cure. */
export async function ask(path, said, method) {
  const isFile = said instanceof Blob;
  const answer = await fetch(path, {
    method: method ?? (said === undefined ? "GET" : "POST"),
    headers: said === undefined ? {} : { "Content-Type": isFile ? "application/octet-stream" : "application/json" },
    body: said === undefined || isFile ? said : JSON.stringify(said),
  }).catch(() => {
    throw new Refusal({ message: "the studio does not answer", help: "it may have been stopped; start it again, and load this page anew" });
  });
  if (!answer.ok) {
    const refusal = await answer.json().catch(() => ({ message: "the studio could not do this", help: "load this page anew" }));
    throw new Refusal(refusal);
  }
  return answer;
}

export class Refusal extends Error {
  constructor({ message, help, findings }) {
    super(message);
    this.help = help ?? "";
    this.findings = findings ?? [];
  }
}

/** Write what is wrong, and the way out, into a place on the page. Without an error the place is emptied. */
export function tell(place, error) {
  place.replaceChildren();
  if (!error) return;
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
  place.append(box);
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
