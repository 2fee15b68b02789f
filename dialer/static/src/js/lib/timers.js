// Everything that counts seconds on the desk.

import { draw, tone } from "./band.js";
import { now, secondsSince, show } from "./clock.js";

const unit = (name) =>
  new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: name, unitDisplay: "short" });
const [HOURS, MINUTES] = [unit("hour"), unit("minute")];

/** Bring all timers within `root`, and the length band, to this second. */
export function tick(root) {
  for (const timer of root.querySelectorAll("[data-timer]")) {
    const words = show(secondsSince(timer.dataset.since));
    if (timer.textContent !== words) timer.textContent = words;
  }
  for (const line of root.querySelectorAll("[data-until]")) tickUntil(line.dataset, line);
  for (const band of root.querySelectorAll("[data-band]")) tickBand(root, band);
}

/** How long until hours begin, or until they end. */
function tickUntil({ opens, closes, before, open, after }, line) {
  const [from, to] = [Date.parse(opens), Date.parse(closes)];
  const left = (from > now() ? from : to) - now();
  const words = (from > now() ? before : left > 0 ? open : after).replace("{time}", inWords(left));
  if (line.textContent !== words) line.textContent = words;
}

/** Minutes are enough for what is hours away. */
function inWords(ms) {
  const minutes = Math.ceil(ms / 60000);
  const hours = minutes >= 60 ? HOURS.format(Math.floor(minutes / 60)) : "";
  const rest = minutes % 60 ? MINUTES.format(minutes % 60) : "";
  return [hours, rest].filter(Boolean).join(" ");
}

function tickBand(root, band) {
  const answeredAt = band.dataset.answeredAt;
  const seconds = answeredAt ? secondsSince(answeredAt) : 0;
  draw(band, seconds);
  if (!answeredAt) return;
  const head = root.querySelector("[data-status]");
  const timer = head?.querySelector("[data-timer]");
  if (head?.dataset.onHold === "yes" || !timer) return;
  const part = tone(seconds);
  const word = JSON.parse(band.dataset.words)[part];
  timer.className = `timer tone-${part}`;
  const label = band.querySelector("[data-band-word]");
  if (label.textContent !== word) label.textContent = word;
  label.className = `signal band-word tone-${part}`;
}
