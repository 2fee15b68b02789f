// The length of a talk: which part of the band it is in. The server says where the parts begin.

const told = document.querySelector('meta[name="lengths"]')?.content ?? "180 300 360 120";
const [TARGET, LATE, OVER, WRAP_UP] = told.split(" ").map(Number);
const WHOLE = 2 * OVER - LATE;
const MARK = 0.7;

/** The tone of a length in seconds. */
export function tone(seconds) {
  if (seconds > OVER) return "over";
  if (seconds >= LATE) return "late";
  return seconds >= TARGET ? "target" : "talking";
}

/** Whether the work after a call takes so long that somebody should look. */
export function isLongWrapUp(seconds) {
  return seconds > WRAP_UP;
}

/** Move the marker of `band` to a length in seconds; the rest of the way stays pale. */
export function draw(band, seconds) {
  const share = Math.min(100 - MARK, (100 * seconds) / WHOLE);
  band.querySelector("[data-band-now]").setAttribute("x", `${share}%`);
  const rest = band.querySelector("[data-band-rest]");
  rest.setAttribute("x", `${share}%`);
  rest.setAttribute("width", `${100 - share}%`);
}
