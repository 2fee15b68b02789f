// Not being rung for a while: P asks why, and P comes back.

import { showError, clearErrors } from "./errors.js";
import { onKey } from "./keys.js";
import { post } from "./http.js";

/** Wire the pause, whose buttons stand in the day's list; `refresh` asks for the desk's state. */
export function bindPause(desk, refresh) {
  const dialog = document.querySelector("[data-pause-dialog]");
  const reasons = [...dialog.querySelectorAll("[data-reason]")];
  const lost = document.querySelector("[data-lost]").textContent.trim();

  const send = async (reason) => {
    clearErrors(dialog);
    try {
      await post(desk.dataset.pauseUrl, { reason });
      dialog.close();
      await refresh();
    } catch (error) {
      if (!dialog.open) dialog.showModal();
      showError(dialog, error, "pause", lost);
    }
  };
  const toggle = () => (desk.querySelector("[data-resume]") ? send("") : dialog.showModal());

  desk.addEventListener("click", (event) => {
    if (event.target.closest("[data-pause], [data-resume]")) toggle();
  });
  onKey("p", toggle);
  for (const button of reasons) button.addEventListener("click", () => send(button.dataset.reason));
  dialog.addEventListener("keydown", (event) => {
    const button = reasons[Number(event.key) - 1];
    if (button) send(button.dataset.reason);
  });
}
