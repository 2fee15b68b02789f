// Before the call: nothing is dialled without a point, against the rules, or twice.

import { clearErrors, showError } from "./errors.js";
import { get, post } from "./http.js";
import { now } from "./clock.js";

const RECHECK_MS = 30000;
let recheck = 0;

/** Wire the brief form, if it stands there; `refresh` asks for the desk's new state. */
export function bindBrief(desk, refresh) {
  clearInterval(recheck);
  const form = desk.querySelector("[data-brief]");
  if (!form) return;
  const lost = document.querySelector("[data-lost]").textContent.trim();
  const button = form.querySelector("[data-dial]");
  const verdict = form.querySelector("[data-verdict]");
  let dialling = false;
  let shown = null;

  const unlock = () => {
    if (!button) return;
    const hasPoint = form.elements.point.value.trim() !== "";
    const allowed = verdict.dataset.allowed === "yes";
    button.disabled = dialling || !hasPoint || !allowed;
    form.querySelector("[data-dial-hint]").hidden = hasPoint || !allowed;
  };

  const judge = async () => {
    const query = new URLSearchParams({
      contact: form.elements.contact.value,
      number: form.elements.number.value,
      purpose: form.elements.purpose.value,
    });
    try {
      const { body } = await get(`${form.dataset.verdictUrl}?${query}`);
      showVerdict(body.html, body.allowed);
    } catch {
      // The banner tells that the connection is lost; the old verdict stays until it is back,
      // and the server judges again at the click.
    }
  };

  const showVerdict = (html, allowed) => {
    // Written only when it differs, or a screen reader would say it again and again.
    if (html !== shown) verdict.innerHTML = html;
    shown = html;
    verdict.dataset.allowed = allowed ? "yes" : "no";
    unlock();
  };

  const dial = async (event) => {
    event.preventDefault();
    if (!button || button.disabled) return;
    dialling = true;
    unlock();
    clearErrors(form);
    try {
      await post(form.dataset.dialUrl, new FormData(form));
    } catch (error) {
      if (error.body?.html) showVerdict(error.body.html, false);
      showError(form, error, "dial", lost);
    }
    await refresh();
    dialling = false;
    unlock();
  };

  form.addEventListener("submit", dial);
  form.addEventListener("input", unlock);
  form.elements.purpose.addEventListener("change", judge);
  form.elements.number.addEventListener("change", judge);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(button);
  });
  recheck = setInterval(() => {
    if (!document.hidden) judge();
  }, RECHECK_MS);
  openInTime(verdict, judge);
  unlock();
  if (matchMedia("(hover: hover)").matches) form.elements.point.focus({ preventScroll: true });
}

/** Ask again at the very second at which the window opens. */
function openInTime(verdict, judge) {
  const again = verdict.querySelector("[data-again-at]")?.dataset.againAt;
  if (!again) return;
  const wait = Date.parse(again) - now() + 300;
  if (wait > 0 && wait < RECHECK_MS * 120) setTimeout(judge, wait);
}
