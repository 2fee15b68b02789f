// What every page has: dialogs, the search key, filters that ask by themselves.

import { bindQualities } from "./lib/qualities.js";
import { onKey } from "./lib/keys.js";
import "./lib/copy.js";
import "./lib/password.js";
import "./lib/print.js";

// Panels come and go, so presses are followed on the whole page.
document.addEventListener("click", ({ target }) => {
  const opens = target.closest("[data-opens]");
  if (opens) document.getElementById(opens.dataset.opens)?.showModal();
  if (target.closest("[data-closes]")) target.closest("dialog").close();
  const more = document.querySelector("[data-more][open]");
  if (more && !more.contains(target)) more.open = false;
});

document.addEventListener("keydown", (event) => {
  const more = document.querySelector("[data-more][open]");
  if (event.key !== "Escape" || !more) return;
  more.open = false;
  more.querySelector("summary").focus();
});

bindQualities();

onKey("?", () => document.getElementById("help")?.showModal());

onKey("/", () => {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
});

for (const form of document.querySelectorAll("[data-filter]")) {
  form.addEventListener("change", (event) => {
    if (event.target.tagName === "SELECT" || event.target.type === "date") form.requestSubmit();
  });
  // An address without empty fields can be read, kept and sent to a colleague.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
}

document.addEventListener("session-ended", () => {
  document.querySelector("[data-ended]")?.removeAttribute("hidden");
});
