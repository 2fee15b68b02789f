// The supervisor's floor and the wall: one picture after the other, and seconds that tick here.

import { Feed } from "./lib/feed.js";
import { align, fillTile, copy, tickTile, write } from "./lib/tiles.js";
import { clearErrors, showError } from "./lib/errors.js";
import { bindJoinIn } from "./lib/join-in.js";
import { drawHours, drawSpark, span } from "./lib/charts.js";
import { now, secondsSince, setNow, show } from "./lib/clock.js";
import { post } from "./lib/http.js";

const root = document.querySelector("[data-board]");
const words = JSON.parse(root.dataset.words);
const me = Number(root.dataset.me);
const find = (name) => root.querySelector(`[data-${name}]`);
const callUrl = (id) => root.dataset.callUrl.replace(/0$/, id);
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const FIGURES = ["placed", "answer_rate", "conversations", "average_talk_seconds", "over_six", "promises"];
const WOBBLE_MS = 1000;
const SHOWN_RUNS = 6;
let board = null;
let warned = new Set();

/** A figure as it is read. */
function say(name, value) {
  if (value === null) return "–";
  if (name === "answer_rate") return percent.format(value);
  return name === "average_talk_seconds" ? show(value) : String(value);
}

function picture(next, sentAt) {
  // Small differences are the network's; only a clock that was set or slept is followed.
  if (!board || Math.abs(now() - Date.parse(next.at)) > WOBBLE_MS) setNow(next.at, sentAt);
  board = next;
  root.dataset.eventId = next.event_id;
  showDay(next.today);
  showTiles(next);
  showSide(next);
  const hold = document.querySelector("[data-hold]");
  if (hold) hold.hidden = !next.hold.on;
  tick();
}

function hourIn(zone) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", hourCycle: "h23" });
  return Number(format.format(now()));
}

function showDay(today) {
  const hour = hourIn(today.zone);
  const shown = span(today.hours, hour);
  for (const name of FIGURES) {
    const figure = root.querySelector(`[data-figure="${name}"]`);
    write(figure.querySelector("[data-value]"), say(name, today.all[name]));
    const upTo = today.hours.slice(shown[0], hour + 1).map((one) => one[name] ?? 0);
    drawSpark(figure.querySelector("[data-spark]"), upTo);
  }
  root.querySelector('[data-figure="over_six"]').classList.toggle("tone-over", today.all.over_six > 0);
  if (find("hours")) drawHours(find("hours"), today.hours, shown, hour);
  const hours = today.hours
    .map((figures, index) => [`${index}:00`, figures])
    .filter(([, figures]) => figures.placed);
  showTable("reps", today.reps.map((row) => [row.name ?? root.dataset.machine, row.figures]));
  showTable("purposes", today.purposes.map((row) => [words.purposes[row.purpose], row.figures]));
  showTable("hours", hours);
}

function showTable(name, rows) {
  const body = root.querySelector(`[data-table="${name}"]`);
  if (!body) return;
  const heads = [...body.closest("table").tHead.rows[0].cells].map((cell) => cell.textContent);
  body.replaceChildren(...rows.map(([title, figures]) => {
    const line = document.createElement("tr");
    const cells = FIGURES.map((figure) => say(figure, figures[figure]));
    [title, ...cells].forEach((text, place) => {
      const cell = line.insertCell();
      cell.textContent = text;
      cell.className = place ? "number" : "strong cell-wide";
      if (place) cell.dataset.name = heads[place];
    });
    return line;
  }));
}

function showTiles({ tiles, today }) {
  const mine = new Map(today.reps.map((row) => [row.rep_id, row.figures]));
  const counts = (id) => {
    const figures = mine.get(id);
    if (!figures?.placed) return "";
    return root.dataset.counts
      .replace("{placed}", figures.placed)
      .replace("{answered}", figures.answered)
      .replace("{talk}", say("average_talk_seconds", figures.average_talk_seconds));
  };
  align(find("tiles"), tiles, "tile", (row) => row.rep_id, (tile, row) => {
    fillTile(tile, row, { words, counts, callUrl, me });
  });
  find("no-tiles").hidden = tiles.length > 0;
  warn(tiles.filter((row) => row.need === "over"));
}

/** Screen readers hear once of each talk that became too long. */
function warn(over) {
  const fresh = over.filter((row) => !warned.has(row.call.call_id));
  warned = new Set(over.map((row) => row.call.call_id));
  if (fresh.length) find("announce").textContent = root.dataset.over.replace("{name}", fresh[0].name);
}

function showSide({ runs, doubts, closing }) {
  write(find("run-count"), String(runs.length));
  find("no-runs").hidden = runs.length > 0;
  const line = (item, row, step) => {
    item.row = row;
    const who = item.querySelector("[data-who]");
    write(who, row.call.who || "–");
    who.href = callUrl(row.call.call_id);
    write(item.querySelector("[data-step]"), step);
  };
  write(find("more-runs"), runs.length > SHOWN_RUNS
    ? find("more-runs").dataset.words.replace("{count}", runs.length - SHOWN_RUNS) : "");
  showSteps(runs);
  align(find("runs"), runs.slice(0, SHOWN_RUNS), "run", (row) => row.call.call_id, (item, row) => {
    const state = item.querySelector("[data-state]");
    if (state.dataset.shows !== row.status) state.replaceChildren(copy(`state-${row.status}`));
    state.dataset.shows = row.status;
    line(item, row, stepOf(row));
  });
  align(find("doubts"), doubts, "doubt", (row) => row.call.call_id, (item, row) => {
    line(item, row, [words.purposes[row.call.purpose], row.rep].filter(Boolean).join(" · "));
  });
  find("doubt-part").hidden = doubts.length === 0;
  showClosing(closing);
}

/** How many runs are at which step: with fifty of them, that is what can be read. */
function showSteps(runs) {
  const counts = new Map();
  for (const { status, step, effect } of runs) {
    const name = words.effects[effect] ?? words.steps[step] ?? words.states[status];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shown = runs.length > SHOWN_RUNS ? [...counts] : [];
  find("run-steps").replaceChildren(...shown.map(([name, count]) => {
    const part = document.createElement("span");
    part.textContent = `${count} ${name}`;
    return part;
  }));
}

function stepOf({ step, effect, disposition, call }) {
  const what = words.dispositions[disposition] ?? words.effects[effect] ?? words.steps[step];
  return [words.purposes[call.purpose], what].filter(Boolean).join(" · ");
}

function showClosing(closing) {
  find("closing").hidden = !closing;
  if (!closing) return;
  const { planned, done, held_back: held } = closing;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: board.today.zone, timeStyle: "short" });
  const time = (iso) => clock.format(Date.parse(iso));
  write(find("closing-hours"), `${time(closing.opens_at)}–${time(closing.closes_at)}`);
  write(find("closing-made"), String(done));
  write(find("closing-planned"), String(planned));
  write(find("closing-back"), String(held));
  const why = closing.held_by.map(({ rule, count }) => `${count} ${words.rules[rule] ?? rule}`);
  write(find("closing-why"), why.join(" · "));
  find("closing-why").hidden = why.length === 0;
  find("closing-done").style.inlineSize = `${(100 * done) / Math.max(1, planned)}%`;
  find("closing-held").style.inlineSize = `${(100 * held) / Math.max(1, planned)}%`;
}

function tickClosing({ opens_at: opens, closes_at: closes }) {
  const [from, to] = [Date.parse(opens), Date.parse(closes)];
  const phase = now() < from ? "before" : now() < to ? "open" : "after";
  const left = Math.ceil(((phase === "before" ? from : to) - now()) / 1000);
  write(find("closing-clock"), phase === "after" ? "" : show(left));
  write(find("closing-word"), find("closing-word").dataset[phase]);
  find("closing").classList.toggle("is-open", phase === "open");
}

function tick() {
  for (const tile of find("tiles").children) tickTile(tile, words.bands);
  for (const item of root.querySelectorAll(".run")) {
    write(item.querySelector("[data-time]"), show(secondsSince(item.row.since)));
  }
  if (board.closing) tickClosing(board.closing);
  const clock = find("clock");
  if (clock) {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.zone, timeStyle: "medium" });
    write(clock, format.format(now()));
  }
}

function tell(how) {
  document.querySelector("[data-lost]").hidden = how !== "lost";
  const pulse = find("pulse");
  if (!pulse) return;
  pulse.className = `signal small floor-pulse tone-${how === "live" ? "talking" : "closed"}`;
  write(pulse, how === "lost" ? "" : pulse.dataset[how]);
}

/** Hanging up asks first, for it ends a talk with a customer. */
function bindEnd() {
  const dialog = document.getElementById("end");
  if (!dialog) return;
  root.addEventListener("click", (event) => {
    const row = event.target.closest("[data-end]")?.closest(".tile").row;
    if (!row?.call) return;
    clearErrors(dialog);
    dialog.dataset.callId = row.call.call_id;
    dialog.querySelector("[data-end-name]").textContent = row.name;
    dialog.querySelector("[data-end-who]").textContent = row.call.who;
    dialog.showModal();
  });
  dialog.querySelector("[data-end-now]").addEventListener("click", async () => {
    try {
      await post(root.dataset.hangUpUrl.replace("/0/", `/${dialog.dataset.callId}/`), {});
      dialog.close();
    } catch (error) {
      showError(dialog, error, "end", document.querySelector("[data-lost]").textContent.trim());
    }
  });
}

bindEnd();
bindJoinIn(root);
picture(JSON.parse(root.dataset.snapshot), Date.now());
new Feed(root.dataset.stream, root.dataset.state, picture, tell);
setInterval(tick, 250);
