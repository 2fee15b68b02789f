// Errors stand beside the thing that they are about.

import { Problem } from "./http.js";

/** Take away all errors within a form or panel. */
export function clearErrors(root) {
  for (const slot of root.querySelectorAll("[data-error]")) slot.textContent = "";
  for (const field of root.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** Show why a request was refused: at its field, or at `fallback`. */
export function showError(root, error, fallback, unreachable) {
  const field = error instanceof Problem ? error.body.field : null;
  const slot =
    (field && root.querySelector(`[data-error="${CSS.escape(field)}"]`)) ||
    root.querySelector(`[data-error="${fallback}"]`);
  if (!slot) return;
  slot.textContent = error instanceof Problem ? error.message : unreachable;
  const input = field && root.querySelector(`[name="${CSS.escape(field)}"]`);
  if (input) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}
