// The server's clock in the browser. Timers count from the server's instants, so that a tab that
// slept, or a computer whose clock is wrong, shows the right seconds at once.

let offset = 0;

/** Learn the server's time. Half of the request's way is taken as the delay. */
export function setNow(iso, sentAt = Date.now()) {
  const here = (sentAt + Date.now()) / 2;
  offset = Date.parse(iso) - here;
}

/** Milliseconds since 1970 at the server. */
export function now() {
  return Date.now() + offset;
}

/** Whole seconds since an instant, never negative. */
export function secondsSince(iso) {
  return Math.max(0, Math.floor((now() - Date.parse(iso)) / 1000));
}

/** 222 → "3:42", 3723 → "1:02:03". */
export function show(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
