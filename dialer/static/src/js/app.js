// What every page has: dialogs, the search key, filters that ask by themselves.

import { onKey } from "./lib/keys.js";

for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens)?.showModal());
}

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
