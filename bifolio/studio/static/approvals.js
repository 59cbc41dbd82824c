// Approvals: a yes with a name, a role and a day. The day is never filled in for anyone.
import { ask, tell, values } from "./common.js";

const brand = document.querySelector("[data-approvals]").dataset.approvals;

const asked = document.getElementById(location.hash.slice(1))?.querySelector("[data-sign]");
if (asked) asked.closest("details").open = true;

for (const form of document.querySelectorAll("[data-sign]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[data-trouble]");
    try {
      await ask(`/api/approval/${form.dataset.item}`, { brand, ...values(form) });
      location.reload();
    } catch (error) {
      tell(trouble, error);
    }
  });
}
