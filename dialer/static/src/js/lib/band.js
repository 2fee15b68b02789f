// The length of a talk: aim for three to five minutes, never over six.

const [TARGET, LATE, OVER, WIDTH] = [180, 300, 360, 420];

/** The tone of a length in seconds. */
export function tone(seconds) {
  if (seconds > OVER) return "over";
  if (seconds >= LATE) return "late";
  return seconds >= TARGET ? "target" : "talking";
}

/** Move the marker of `band` to a length in seconds; the rest of the way stays pale. */
export function draw(band, seconds) {
  const x = Math.min(seconds, WIDTH - 3);
  band.querySelector("[data-band-now]").setAttribute("x", x);
  const rest = band.querySelector("[data-band-rest]");
  rest.setAttribute("x", x);
  rest.setAttribute("width", WIDTH - x);
}
