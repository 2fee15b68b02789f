// Everything that counts seconds on the desk.

import { draw, tone } from "./band.js";
import { secondsSince, show } from "./clock.js";

/** Bring all timers within `root`, and the length band, to this second. */
export function tick(root) {
  for (const timer of root.querySelectorAll("[data-timer]")) {
    const words = show(secondsSince(timer.dataset.since));
    if (timer.textContent !== words) timer.textContent = words;
  }
  for (const band of root.querySelectorAll("[data-band]")) tickBand(root, band);
}

function tickBand(root, band) {
  const answeredAt = band.dataset.answeredAt;
  const seconds = answeredAt ? secondsSince(answeredAt) : 0;
  draw(band, seconds);
  if (!answeredAt) return;
  const head = root.querySelector("[data-status]");
  const timer = head?.querySelector("[data-timer]");
  if (head?.dataset.onHold === "yes" || !timer) return;
  const now = tone(seconds);
  const word = JSON.parse(band.dataset.words)[now];
  timer.className = `timer tone-${now}`;
  const label = band.querySelector("[data-band-word]");
  if (label.textContent !== word) label.textContent = word;
  label.className = `signal band-word tone-${now}`;
}
