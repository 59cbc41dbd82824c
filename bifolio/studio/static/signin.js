// Signing in on the page itself, so that nothing written on it is lost.
import { ask, tell } from "./common.js";

const dialog = document.querySelector("[data-sign-in]");
let result = null;

/** Ask the person to sign in; tell whether they did. `undone` is what to say of what was just tried. */
export function signIn(undone = "") {
  if (!dialog) return Promise.resolve(false);
  dialog.querySelector("[data-undone]").textContent = undone && `${undone} yet.`;
  if (!result) {
    result = new Promise((tellResult) => {
      dialog.addEventListener("close", () => tellResult(dialog.returnValue === "in"), { once: true });
    }).finally(() => (result = null));
    dialog.returnValue = "";
    dialog.showModal();
  }
  return result;
}

function enter() {
  dialog.close("in");
  document.dispatchEvent(new Event("signed-in"));
}

if (dialog) {
  const form = dialog.querySelector("form");
  const trouble = dialog.querySelector("[data-sign-in-trouble]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await ask("/enter", new URLSearchParams(new FormData(form)), { quietly: true });
      enter();
    } catch (error) {
      tell(trouble, error, null);
      form.elements.secret.select();
    }
  });
  dialog.querySelector("[data-not-now]").addEventListener("click", () => dialog.close(""));
  dialog.addEventListener("close", () => {
    form.reset();
    tell(trouble, null);
  });
  // Whoever signs in in another tab need not do it here, too.
  window.addEventListener("focus", async () => {
    if (!dialog.open) return;
    const isIn = await ask("/api/session", undefined, { quietly: true }).then(() => true, () => false);
    if (isIn && dialog.open) enter();
  });
}
