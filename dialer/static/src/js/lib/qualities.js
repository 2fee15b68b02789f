// Money, authority, need: a press goes from not known to yes, to no, and back.

import { post } from "./http.js";

const NEXT = { unknown: "yes", yes: "no", no: "unknown" };

/** Follow presses anywhere on the page, for the panel comes and goes. */
export function bindQualities() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-quality]");
    if (!button || button.disabled) return;
    const value = NEXT[button.dataset.value];
    button.disabled = true;
    try {
      const url = button.closest("[data-qualities]").dataset.qualities;
      await post(url, { quality: button.dataset.quality, value });
      button.dataset.value = value;
      const says = button.querySelector("[data-says]");
      says.textContent = says.dataset[value];
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
}
