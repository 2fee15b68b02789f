// During the call: hold and hang up, by button or by key.

import { clearErrors, showError } from "./errors.js";
import { onKey } from "./keys.js";
import { post } from "./http.js";

/** Wire the live panel, if it stands there; `refresh` asks for the desk's new state. */
export function bindLive(desk, refresh) {
  const panel = desk.querySelector("[data-live-call]");
  onKey("h", () => (panel ? press(panel, "[data-hold-button]") : false));
  onKey("e", () => (panel ? press(panel, "[data-end-button]") : false));
  if (!panel) return;
  const hold = panel.querySelector("[data-hold-button]");
  const end = panel.querySelector("[data-end-button]");
  const lost = document.querySelector("[data-lost]").textContent.trim();

  const act = async (button, url, fields) => {
    button.disabled = true;
    clearErrors(panel);
    try {
      await post(url, fields);
    } catch (error) {
      showError(panel, error, "live", lost);
      button.disabled = false;
    }
    await refresh();
  };

  hold.addEventListener("click", () => {
    const on = hold.getAttribute("aria-pressed") === "true" ? "0" : "1";
    act(hold, panel.dataset.holdUrl, { on });
  });
  end.addEventListener("click", () => act(end, panel.dataset.hangUpUrl, {}));
  panel.addEventListener("moved", ({ detail }) => showState(panel, hold, detail));
  showState(panel, hold, { answered_at: panel.querySelector("[data-band]").dataset.answeredAt });
}

function press(panel, selector) {
  panel.querySelector(selector).click();
}

/** What the buttons may do in this state. */
function showState(panel, hold, state) {
  const head = panel.querySelector("[data-status]").dataset;
  panel.querySelector("[data-band]").dataset.answeredAt = state.answered_at ?? "";
  const held = head.onHold === "yes";
  hold.disabled = head.status !== "talking";
  panel.querySelector("[data-transfer-button]").disabled = head.status !== "talking";
  const end = panel.querySelector("[data-end-button]");
  end.querySelector("[data-label]").textContent =
    head.handed === "yes" ? end.dataset.leaves : end.dataset.ends;
  hold.setAttribute("aria-pressed", String(held));
  hold.querySelector("[data-label]").textContent = held ? hold.dataset.held : hold.dataset.free;
}
