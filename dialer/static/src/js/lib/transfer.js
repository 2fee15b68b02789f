// Handing the call on: T opens the choice of who takes over.

import { clearErrors, showError } from "./errors.js";
import { onKey } from "./keys.js";
import { post } from "./http.js";

/** Wire the dialog, if it stands there; `refresh` asks for the desk's new state. */
export function bindTransfer(desk, refresh) {
  const dialog = desk.querySelector("[data-transfer]");
  const button = desk.querySelector("[data-transfer-button]");
  onKey("t", () => (button && !button.disabled ? button.click() : false));
  if (!dialog) return;
  const form = dialog.querySelector("[data-transfer-form]");
  const lost = document.querySelector("[data-lost]").textContent.trim();

  const list = dialog.querySelector("[data-colleagues]");

  const open = async () => {
    clearErrors(dialog);
    form.reset();
    dialog.showModal();
    try {
      const response = await fetch(dialog.dataset.colleaguesUrl, { credentials: "same-origin" });
      if (response.ok) list.innerHTML = await response.text();
      list.ariaBusy = "false";
    } catch {
      dialog.querySelector('[data-error="transfer"]').textContent = lost;
    }
    form.querySelector("input:not(:disabled)")?.focus();
  };

  const send = async (event) => {
    event.preventDefault();
    clearErrors(dialog);
    try {
      await post(dialog.dataset.url, new FormData(form));
      dialog.close();
    } catch (error) {
      showError(dialog, error, "transfer", lost);
    }
    await refresh();
  };

  button.addEventListener("click", open);
  form.addEventListener("submit", send);
}
