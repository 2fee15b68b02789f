// The phone at the foot of every page: it wires the handset to the page and to our server.

import { Handset } from "./phone/handset.js";
import { Panel } from "./phone/panel.js";
import { Tabs } from "./phone/tabs.js";
import { bindSetup } from "./phone/setup.js";
import { chosen, microphoneTrouble } from "./phone/sound.js";
import { get, post } from "./lib/http.js";
import { onKey } from "./lib/keys.js";
import * as ringer from "./phone/ring.js";

const CALL_KEY = "phone-call";
const LEAVING_MS = 10000;

const dock = document.querySelector("[data-phone]");
const { urls, answersItself } = JSON.parse(dock.dataset.facts);
const panel = new Panel(dock);
const handset = new Handset({
  signal: dock.dataset.signal,
  askPass: () => post(urls.pass, {}),
  microphone: () => chosen("microphone"),
});
const tabs = new Tabs({
  aliveUrl: urls.alive,
  leaveUrl: urls.leave,
  isReady: () => !trouble && state === "ready",
  isLive: () => handset.isLive,
  moved: place,
});

let state = "starting";
let trouble = null;
let isLeaving = false;

const on = (type, deed) => handset.addEventListener(type, ({ detail }) => deed(detail));

/** The phone is here, or elsewhere; where it is elsewhere this tab must not ring. */
function place({ mine, where, isOver = false }) {
  if (mine) handset.open();
  else if (!handset.isLive) handset.close();
  panel.showPlace({ mine, where, isOver });
}

async function examine() {
  trouble = await microphoneTrouble();
  panel.showTrouble(trouble);
  tabs.beat();
}

async function announce() {
  const call = handset.call;
  const facts = await get(urls.ringing).then((answer) => answer.body, () => ({}));
  if (handset.call !== call || handset.isLive) return;
  panel.showRinging(facts);
  if (facts.asked_for && answersItself) handset.accept();
  else ring(facts);
}

function ring(facts) {
  ringer.ring(chosen("ringer"));
  panel.notify(facts);
}

function hush() {
  ringer.stop();
  panel.endNotice();
}

on("state", (detail) => {
  const was = state;
  state = detail.state;
  panel.showState(state);
  if ((was === "ready") !== (state === "ready") && tabs.mine) tabs.beat();
});
on("ringing", announce);
on("live", async () => {
  hush();
  sessionStorage.setItem(CALL_KEY, "1");
  panel.showLive();
  const speaker = chosen("speaker");
  if (speaker) await handset.device.audio?.speakerDevices.set(speaker).catch(() => {});
});
on("ended", ({ how, wasLive }) => {
  hush();
  if (!isLeaving) sessionStorage.removeItem(CALL_KEY);
  panel.showIdle(how === "cancel" ? "missed" : how === "lost" && wasLive ? "broke" : "");
});
on("lost", () => {
  panel.say("lost");
  post(urls.lost, {}).catch(() => {});
});
on("refused", () => {
  trouble = "refused";
  panel.showTrouble(trouble);
  tabs.beat();
});
on("reconnecting", (detail) => panel.showReconnecting(detail.on));
on("volume", ({ mine, theirs }) => panel.showVolume(mine, theirs));
on("warning", ({ name, on: begins }) => {
  panel.showQuality(name, begins);
  post(urls.warning, { warning: name, on: begins ? "1" : "0" }).catch(() => {});
});
on("gone", () => panel.showPlace({ mine: false, where: "", isOver: true }));

panel.on("answer", () => handset.accept());
panel.on("decline", () => handset.decline());
panel.on("end", () => handset.hangUp());
panel.on("take", () => tabs.beat(true));
panel.on("mute", () => {
  handset.mute(!handset.isMuted);
  panel.showMuted(handset.isMuted);
});
panel.on("bed", () => {
  handset.bed.turn(!handset.bed.on);
  panel.showBed(handset.bed.on);
});
panel.on("key", (key) => handset.press(key));

onKey("a", () => (handset.call && !handset.isLive ? handset.accept() : false));
onKey("d", () => (handset.call && !handset.isLive ? handset.decline() : false));
onKey("m", () => (handset.isLive ? panel.press("mute") : false));
onKey("#", () => (handset.isLive ? panel.press("keypad") : false));

// Whoever leaves the page is asked first; the call ends with it, and the next page says so.
window.addEventListener("beforeunload", (event) => {
  if (!handset.isLive) return;
  event.preventDefault();
  isLeaving = true;
  setTimeout(() => (isLeaving = false), LEAVING_MS);
});
document.addEventListener("session-ended", () => handset.close());
navigator.mediaDevices?.addEventListener("devicechange", examine);

// A page that was loaded anew has lost the call it was in; the carrier ended it at once.
if (sessionStorage.getItem(CALL_KEY)) {
  sessionStorage.removeItem(CALL_KEY);
  panel.say("reloaded");
}
bindSetup(dock, { changed: examine, handset });
dock.handset = handset;
trouble = await microphoneTrouble();
panel.showTrouble(trouble);
tabs.beat(true);
