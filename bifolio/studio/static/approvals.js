// Approvals: a yes with a name, a role and a day, to the words that this page shows. The day is never filled in for anyone.
import { address, ask, element, Refusal, tell, values } from "./common.js";

const brand = document.querySelector("[data-approvals]").dataset.approvals;
const forms = [...document.querySelectorAll("[data-sign]")];
const UNDONE = "Nothing was approved";

const asked = document.getElementById(location.hash.slice(1))?.querySelector("[data-sign]");
if (asked) asked.closest("details").open = true;

for (const form of forms) {
  // Asked each time: the page may be open overnight.
  form.addEventListener("focusin", () => {
    form.elements.on.max = new Date().toLocaleDateString("sv-SE"); // a day as 2026-11-22
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    approve(form);
  });
}

async function approve(form) {
  const trouble = form.querySelector("[data-trouble]");
  const said = values(form);
  try {
    await ask(`/api/approval/${form.dataset.item}`, { brand, ...said, version: form.dataset.version }, { method: "PUT", undone: UNDONE });
    approved(form, said);
  } catch (error) {
    if (error.status === 409) overtaken(form, error.now, said);
    else tell(trouble, error, () => approve(form));
  }
}

/** Show the approval: on the reloaded page, unless that would lose what is written for other handouts. */
function approved(form, { name, role, on }) {
  const isWritten = (other) => ["name", "role", "on"].some((field) => other.elements[field].value);
  if (!forms.some((other) => other !== form && other.isConnected && isWritten(other))) {
    location.reload();
    return;
  }
  const said = element("p", "hint", `Approved by ${name}, ${role}, on ${on}.`);
  said.tabIndex = -1;
  form.closest("details").replaceWith(said);
  said.focus();
}

/** Say what happened since this page was opened, and let the clinician say yes to what stands now. */
function overtaken(form, now, said) {
  const by = `${said.name}, ${said.role}`;
  if (now.state === "approved" && now.by === by && now.on === said.on) {
    approved(form, said); // it was this very yes, whose answer was lost
    return;
  }
  const isApproved = now.state === "approved";
  const message = isApproved
    ? `${now.by}, approved this text on ${now.on}, while this page was open`
    : "the words of this handout have changed since this page was opened";
  const help = isApproved
    ? "You can leave it at that. To put your approval in its place, press the button once more"
    : "Read them as they are now. If you approve them, too, press the button once more";
  tell(form.querySelector("[data-trouble]"), new Refusal({ message, help }, UNDONE));
  form.querySelector("[data-now]").replaceChildren(...(now.changes.length ? shown(now.changes) : []), whole(form, said));
  form.querySelector("[data-approve]").textContent = isApproved ? "Approve in their place" : "Approve these words";
  form.dataset.version = now.version;
}

function whole(form, { region }) {
  const link = element("a", "", "Read the whole handout");
  link.href = address(`/handout/${form.dataset.item}`, { brand, region });
  link.target = "_blank";
  link.rel = "noopener";
  const row = element("p");
  row.append(link);
  return row;
}

/** Show what changed in the words, and a little of what stands round it. */
function shown(changes) {
  const place = element("div", "difference");
  place.tabIndex = 0;
  for (const { kind, words } of changes) {
    if (kind === "same") {
      place.append(words.length > 160 ? `${words.slice(0, 70).replace(/\S*$/, "")}… ${words.slice(-70).replace(/^\S*\s/, "")}` : words, " ");
      continue;
    }
    const change = element(kind === "gone" ? "del" : "ins");
    const hidden = (said) => element("span", "visually-hidden", said);
    change.append(hidden(kind === "gone" ? "[taken out: " : "[new: "), words, hidden("]"));
    place.append(change, " ");
  }
  return [element("p", "hint", "Struck out: what this page showed. Underlined: what the handout says now."), place];
}
