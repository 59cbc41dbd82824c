// Saving a form: from the version that it shows, and never over somebody else's words.
import { ask, element, oneAtATime, tell } from "./common.js";

const UNDONE = "Nothing was saved";

export class Saver {
  /**
   * `form` says in `data-version` which version it shows, and is saved at `path`. `draft` gives what to send, of the
   * fields that the file has; `pointAt` shows findings at their fields, and `done` gives what to say of the answer. `more`
   * gives further choices where somebody else has saved; `resend` brings again what the studio no longer holds, and
   * tells whether it is there; `saved` gets the draft that was saved, and the answer of the studio.
   */
  constructor(form, path, { draft, pointAt, done, more = () => [], resend = () => false, saved = () => {} }) {
    Object.assign(this, { form, path, draft, pointAt, done, more, resend, saved });
    this.version = form.dataset.version;
    this.base = Object.fromEntries(controls(form).map((control) => [control.name, asMade(control)]));
    this.edits = 0; // since the page was made
    this.savedEdits = 0;
    this.isReshaped = false; // the fields of the form are not those of the file any more
    this.trouble = form.querySelector("[data-trouble]");
    this.status = form.querySelector("[data-saved]");
    this.save = oneAtATime(() => this.saveNow());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.isDirty) event.preventDefault();
    });
  }

  get isDirty() {
    return this.edits !== this.savedEdits;
  }

  changed() {
    this.edits += 1;
    this.status.textContent = "Not saved yet.";
  }

  async saveNow() {
    const { edits } = this;
    const mine = fields(this.form);
    const draft = this.draft((name) => name in this.base);
    let answer;
    this.status.textContent = "Saving …";
    try {
      answer = await ask(this.path, { ...draft, version: this.version }, { method: "PUT", undone: UNDONE });
      const base = Object.fromEntries(Object.entries(mine).filter(([name]) => name in this.base));
      Object.assign(this, { version: answer.version, base, savedEdits: edits });
    } catch (error) {
      if (error.status === 409 && (await this.settle(error.now, mine))) return this.saveNow();
      if (error.status === 410 && (await this.resend())) return this.saveNow();
      this.status.textContent = `${UNDONE}.`;
      this.pointAt(error.findings ?? []);
      tell(this.trouble, error, () => this.save());
      this.form.querySelector("[aria-invalid]")?.focus();
      return undefined;
    }
    tell(this.trouble, null);
    this.pointAt([]);
    this.saved(draft, answer);
    this.status.textContent = this.isDirty ? "Saved, but for what you wrote meanwhile." : this.done(answer);
    if (this.isReshaped && !this.isDirty) location.reload();
    return undefined;
  }

  /** Let the person choose between both versions, and put what they chose into the form; tell whether they did. */
  async settle(now, mine) {
    const choices = [...this.choices(now, mine), ...this.more(now)];
    if (choices.length && !(await choose(choices))) return false;
    this.isReshaped ||= Object.keys(mine).some((name) => !(name in now.fields));
    this.isReshaped ||= Object.entries(now.fields).some(([name, words]) => words.trim() && !(name in mine));
    Object.assign(this, { version: now.version, base: now.fields });
    return true;
  }

  choices(now, mine) {
    return controls(this.form).flatMap((control) => {
      const { name } = control;
      const isMine = !isSame(mine[name], this.base[name]);
      if (!(name in now.fields)) {
        return isMine ? [{ label: labelOf(control), by: "both", mine: worded(control, mine[name]), theirs: null }] : [];
      }
      if (!(name in now.differences)) return [];
      const isTheirs = !isSame(now.fields[name], this.base[name]);
      return [
        {
          label: labelOf(control),
          by: isMine && isTheirs ? "both" : isMine ? "me" : "them",
          mine: worded(control, mine[name], now.differences[name], "new"),
          theirs: worded(control, now.fields[name], now.differences[name], "gone"),
          take() {
            control.value = now.fields[name];
            control.dispatchEvent(new Event("input", { bubbles: true }));
          },
        },
      ];
    });
  }
}

// -- the fields of a form ---------------------------------------------------------------------------------------

function controls(form) {
  return [...form.elements].filter((control) => control.name && control.matches("input:not([type=file], [type=hidden]), select, textarea"));
}

function fields(form) {
  return Object.fromEntries(controls(form).map((control) => [control.name, control.value]));
}

/** What a field said when the page was made, whatever was written or restored since. */
function asMade(control) {
  if (control.localName !== "select") return control.defaultValue;
  return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
}

function isSame(one, other) {
  return (one ?? "").trim() === (other ?? "").trim();
}

function labelOf(control) {
  const label = control.labels[0].textContent.trim();
  const group = control.closest("fieldset")?.querySelector("legend")?.textContent.trim();
  return group && control.form.hasAttribute("data-grouped") ? `${group}: ${label}` : label;
}

/** Show what a field says, with the words marked that the other version does not have. */
function worded(control, value, changes = [], only = "") {
  const shown = element("span", "version-words");
  if (control.localName === "select") {
    shown.textContent = [...control.options].find((option) => option.value === value)?.textContent ?? value;
  } else if (!value.trim()) {
    shown.append(element("span", "hint", "nothing"));
  } else if (!changes.some(({ kind, words }) => kind === "same" && words.trim())) {
    shown.textContent = value; // all of it is another
  } else {
    for (const { kind, words } of changes) {
      if (kind === "same") shown.append(words);
      if (kind === only) shown.append(marked(words));
      shown.append(" ");
    }
  }
  return shown;
}

function marked(words) {
  const mark = element("mark");
  mark.append(element("span", "visually-hidden", "[only here: "), words, element("span", "visually-hidden", "]"));
  return mark;
}

// -- both versions ------------------------------------------------------------------------------------------------

const BY = {
  both: ["You both changed this", "Choose one of the two."],
  them: ["Only they changed this", "Theirs is chosen already."],
  me: ["Only you changed this", "Yours is chosen already."],
};

/**
 * Show both versions of each field, and let the person choose; what they take of the other person's is then taken.
 *
 * Tells whether they chose, or went back to their words.
 */
function choose(choices) {
  const dialog = element("dialog", "versions");
  dialog.setAttribute("aria-labelledby", "versions-title");
  dialog.setAttribute("aria-describedby", "versions-said");
  const form = element("form");
  const title = element("h2", "", "Somebody else saved while you were writing");
  title.id = "versions-title";
  const said = element("p", "", "Nothing is lost. Here are both versions, and what differs is marked. Choose what to keep, and save again. (It may have been you, in another tab.)");
  said.id = "versions-said";
  form.append(title, said);
  for (const [by, [head, hint]] of Object.entries(BY)) {
    const group = choices.filter((choice) => choice.by === by);
    if (!group.length) continue;
    const heading = element("div");
    heading.append(element("h3", "", head), element("p", "hint", hint));
    form.append(heading, ...group.map((choice) => offered(choice, choices.indexOf(choice))));
  }
  const back = element("button", "quiet", "Back to my words");
  back.type = "button";
  back.addEventListener("click", () => dialog.close());
  const row = element("p", "row");
  row.append(element("button", "", "Save what I chose"), back);
  form.append(row);
  dialog.append(form);
  document.body.append(dialog);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    choices.filter((choice, at) => chosen.get(`choice-${at}`) === "theirs").forEach((choice) => choice.take());
    dialog.close("chosen");
  });
  return new Promise((tellWhether) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      tellWhether(dialog.returnValue === "chosen");
    });
    dialog.showModal();
  });
}

function offered({ label, by, mine, theirs }, at) {
  const box = element("fieldset", "choice");
  box.append(element("legend", "", label));
  if (!theirs) {
    box.append(element("p", "hint", "This is no longer part of the handout. Copy your words if you want to use them elsewhere."), mine);
    return box;
  }
  for (const [value, who, words] of [["mine", "Yours", mine], ["theirs", "Theirs", theirs]]) {
    const radio = element("input");
    Object.assign(radio, { type: "radio", name: `choice-${at}`, value, required: true, checked: by === (value === "mine" ? "me" : "them") });
    const version = element("label", "version");
    const said = element("span");
    said.append(element("span", "version-who", who), words);
    version.append(radio, said);
    box.append(version);
  }
  return box;
}
