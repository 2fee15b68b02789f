// After the call: one key says what came of it, Enter saves, and the next call stands there.

import { clearErrors, showError } from "./errors.js";
import { flushNote } from "./note.js";
import { isTyping, onKey } from "./keys.js";
import { post } from "./http.js";

/** Wire the wrap-up form, if it stands there. */
export function bindWrapUp(desk) {
  const form = desk.querySelector("[data-wrap-up]");
  const outcomes = form ? [...form.querySelectorAll('[name="disposition"]')] : [];
  for (let digit = 1; digit <= 9; digit += 1) {
    onKey(String(digit), () => (outcomes[digit - 1] ? choose(outcomes[digit - 1]) : false));
  }
  if (!form) return;
  const plans = form.querySelector("[data-plans-next]");
  const fields = form.querySelector("[data-next-fields]");
  const unfold = () => {
    fields.hidden = !plans.checked;
  };

  const promise = form.querySelector("[data-promise]");
  const { promise_for: invoice, promise_amount: amount, promise_on: day } = form.elements;
  invoice?.addEventListener("change", () => {
    amount.value = invoice.selectedOptions[0].dataset.open ?? "";
  });
  // Quiet until the promised day is over.
  day?.addEventListener("change", () => {
    if (day.value) form.elements.next_due.value = `${dayAfter(day.value)}T10:00`;
  });

  const propose = ({ dataset, value }) => {
    if (promise) promise.hidden = value !== "promised";
    plans.checked = Boolean(dataset.nextDue);
    if (dataset.nextDue) {
      form.elements.next_due.value = dataset.nextDue;
      form.elements.next_purpose.value = dataset.nextPurpose;
    }
    unfold();
  };

  for (const outcome of outcomes) outcome.addEventListener("change", () => propose(outcome));
  plans.addEventListener("change", unfold);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form);
  });
  form.addEventListener("keydown", (event) => saveOnEnter(form, event));
  document.activeElement?.blur();
  const proposed = outcomes.find((outcome) => outcome.checked);
  if (proposed) choose(proposed);
  else unfold();
}

/** The calendar's next day: `2026-03-06` for `2026-03-05`. */
function dayAfter(day) {
  const next = new Date(`${day}T12:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

function choose(outcome) {
  outcome.checked = true;
  outcome.focus({ preventScroll: true });
  outcome.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Enter saves wherever it is pressed; Shift+Enter in the note begins a new line. */
function saveOnEnter(form, event) {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  if (event.target.tagName === "BUTTON" || event.target.tagName === "SELECT") return;
  if (event.shiftKey && isTyping(event.target)) return;
  event.preventDefault();
  form.requestSubmit();
}

async function save(form) {
  const button = form.querySelector("[data-save]");
  if (button.disabled) return;
  button.disabled = true;
  clearErrors(form);
  try {
    await flushNote();
    await post(form.dataset.saveUrl, new FormData(form));
    location.assign(form.dataset.doneUrl);
  } catch (error) {
    const lost = document.querySelector("[data-lost]").textContent.trim();
    showError(form, error, "save", lost);
    button.disabled = false;
  }
}
