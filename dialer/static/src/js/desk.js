// The rep's desk follows the call without a reload: a small state is asked for often, regions
// that changed come along as HTML, and timers tick here.

import { bindBrief } from "./lib/brief.js";
import { bindLive } from "./lib/live.js";
import { bindNote, flushNote } from "./lib/note.js";
import { bindPause } from "./lib/pause.js";
import { bindTalk } from "./lib/talk.js";
import { bindTransfer } from "./lib/transfer.js";
import { bindWrapUp } from "./lib/wrap-up.js";
import { Problem, get } from "./lib/http.js";
import { setNow } from "./lib/clock.js";
import { onKey } from "./lib/keys.js";
import { tick } from "./lib/timers.js";

const LIVE_MS = 500;
const IDLE_MS = 3000;
const WORST_MS = 15000;
const TODAY_MS = 60000;

const desk = document.querySelector("[data-desk]");
const region = (name) => desk.querySelector(`[data-region="${name}"]`);
const shown = () => ({
  key: desk.querySelector("[data-key]")?.dataset.key ?? "",
  today: desk.querySelector("[data-today-key]")?.dataset.todayKey ?? "",
});

let etag = null;
let failures = 0;
let timer = 0;
let headline = "";
let judgedAt = Date.now();
let asking = false;

function phase() {
  return desk.querySelector("[data-phase]")?.dataset.phase ?? "idle";
}

async function refresh() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    await askState();
    failures = 0;
  } catch (error) {
    failures += 1;
    if (error instanceof Problem && error.status === 401) return;
  } finally {
    asking = false;
    document.querySelector("[data-lost]").hidden = failures < 2;
  }
  schedule();
}

/** Whom the desk is about, also where the address does not say it. */
function focus() {
  const query = new URLSearchParams(location.search);
  const brief = desk.querySelector("[data-brief]")?.elements;
  if (brief) query.set("contact", brief.contact.value);
  if (brief?.task) query.set("task", brief.task.value);
  return query;
}

async function askState() {
  const query = focus();
  const have = shown();
  // Windows open and close, so the day's list is judged anew from time to time.
  const stale = Date.now() - judgedAt > TODAY_MS;
  query.set("key", have.key);
  query.set("today", stale ? "" : have.today);
  const sentAt = Date.now();
  const answer = await get(`${desk.dataset.stateUrl}?${query}`, stale ? null : etag);
  if (stale) judgedAt = Date.now();
  setNow(answer.now, sentAt);
  etag = answer.etag;
  if (answer.body) await apply(answer.body, have.key);
}

async function apply(state, key) {
  document.querySelector("[data-hold]").hidden = !state.on_hold;
  const { call, customer, today, live } = state.regions;
  if (today !== undefined) swap("today", today);
  if (call !== undefined && state.key !== key && !isWriting(state)) {
    await flushNote();
    swap("call", call);
    swap("customer", customer);
    bind();
    region("call").scrollTop = 0;
  } else if (live !== undefined && region("live")) {
    swap("live", live);
    region("live").dispatchEvent(new CustomEvent("moved", { bubbles: true, detail: state }));
  }
  announce(state.headline ?? "");
  tick(desk);
}

/** A brief that is being written is not taken away by a change of the list. */
function isWriting(state) {
  return state.phase === "idle" && desk.querySelector("[data-brief]") !== null;
}

function swap(name, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  region(name).replaceChildren(template.content);
}

function announce(words) {
  if (words === headline) return;
  headline = words;
  desk.querySelector("[data-announce]").textContent = words;
}

function schedule() {
  const pace = phase() === "live" ? LIVE_MS : IDLE_MS;
  timer = setTimeout(refresh, Math.min(WORST_MS, pace * 2 ** Math.min(failures, 5)));
}

function bind() {
  bindBrief(desk, refresh);
  bindLive(desk, refresh);
  bindTransfer(desk, refresh);
  bindTalk(desk);
  bindNote(desk);
  bindWrapUp(desk);
}

onKey("n", () => {
  if (phase() !== "idle") return false;
  location.assign(desk.dataset.nextUrl);
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
window.addEventListener("online", refresh);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

setNow(desk.dataset.now);
bindPause(desk, refresh);
bind();
tick(desk);
setInterval(() => tick(desk), 250);
schedule();
