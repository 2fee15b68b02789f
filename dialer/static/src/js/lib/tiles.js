// A tile per rep, changed in place so that nothing jumps under the eye or the mouse.

import { draw, isLongWrapUp, tone } from "./band.js";
import { secondsSince, show } from "./clock.js";
import { showHelp } from "./join-in.js";

const LONG_NAME = 14;
const IDLE = new Set(["free", "paused"]);
const TONES = {
  placing: "ringing", rep_ringing: "ringing", customer_ringing: "ringing",
  held: "waiting", wrap_up: "closed", uncertain: "late", free: "closed", paused: "closed",
};

/** A copy of one of the page's prototypes. */
export function copy(name) {
  return document.querySelector(`[data-proto="${name}"]`).content.firstElementChild.cloneNode(true);
}

/** Write a text only where it differs. */
export function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** Bring a list's items into line with rows: `key(row)` names an item, `fill(item, row)` writes. */
export function align(list, rows, proto, key, fill) {
  const held = document.activeElement;
  const known = new Map([...list.children].map((item) => [item.dataset.key, item]));
  rows.forEach((row, place) => {
    const name = String(key(row));
    const item = known.get(name) ?? copy(proto);
    known.delete(name);
    item.dataset.key = name;
    fill(item, row);
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  for (const item of known.values()) item.remove();
  // An item that moved has lost the focus on its way.
  if (list.contains(held) && held !== document.activeElement) held.focus({ preventScroll: true });
}

export function fillTile(tile, row, board) {
  const part = (name) => tile.querySelector(`[data-${name}]`);
  tile.row = row;
  write(part("name"), row.name);
  tile.toggleAttribute("data-long", row.name.length > LONG_NAME);
  const state = part("state");
  if (state.dataset.shows !== row.state) {
    state.replaceChildren(copy(`state-${row.state}`));
    state.dataset.shows = row.state;
  }
  const why = row.pause_reason ? board.words.pauses[row.pause_reason] : "";
  write(part("pause"), !why || row.state === "paused" ? why : board.words.then.replace("{reason}", why));
  part("call").hidden = !row.call;
  if (row.call) fillCall(tile, row, board);
  if (part("end")) part("end").hidden = !row.call || row.state === "wrap_up";
  part("band").hidden = !["talking", "held"].includes(row.state);
  write(part("counts"), board.counts(row.rep_id));
  tile.classList.toggle("is-idle", IDLE.has(row.state));
  showHelp(tile, row, board);
  tickTile(tile, board.words.bands);
}

function fillCall(tile, row, board) {
  const part = (name) => tile.querySelector(`[data-${name}]`);
  const { call } = row;
  write(part("who"), call.who || "–");
  if (part("who").tagName === "A") part("who").href = board.callUrl(call.call_id);
  write(part("account"), call.account ?? "");
  write(part("purpose"), board.words.purposes[call.purpose]);
  write(part("point"), call.point);
  part("point").title = call.point;
}

/** This second: the timer, the band, and the colour that they give the tile. */
export function tickTile(tile, bands) {
  const { state, since } = tile.row;
  const seconds = since ? secondsSince(since) : 0;
  write(tile.querySelector("[data-time]"), since ? show(seconds) : "");
  const [now, word] = look(state, seconds);
  if (tile.dataset.tone !== now) {
    tile.dataset.tone = now;
    tile.className = `tile tone-${now}${IDLE.has(state) ? " is-idle" : ""}`;
  }
  const label = tile.querySelector("[data-word]");
  write(label, word ? bands[word] : "");
  tile.querySelector("[data-counts]").hidden = Boolean(word);
  if (state === "talking" || state === "held") draw(tile.querySelector("[data-band]"), seconds);
}

function look(state, seconds) {
  if (state === "talking") {
    const band = tone(seconds);
    return [band, band === "talking" ? "" : band];
  }
  if (state === "wrap_up" && isLongWrapUp(seconds)) return ["late", "long"];
  return [TONES[state] ?? "closed", ""];
}
