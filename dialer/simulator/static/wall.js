// The wall of phones: asks for the state twice a second and shows what changed.

import * as carrier from "./carrier.js";
import { changeCard, fillManners, makeCard, nameCard } from "./card.js";
import { changeHands, speaksAs } from "./voice.js";
import { speak, word } from "./words.js";

const PACE = 500;
const get = (id) => document.getElementById(id);
const cards = new Map();
let state = null;
let ahead = 0;
let chosenOnce = false;

const deeds = {
  use: (number, verb, wish) => attempt(() => carrier.usePhone(number, verb, wish)),
  speak: (number, button) => attempt(async () => {
    await changeHands(number);
    button.setAttribute("aria-pressed", String(speaksAs(number)));
  }),
  behave: (number, manner) => manner !== "custom" && attempt(() => carrier.setManner(number, manner)),
};

async function attempt(deed) {
  try {
    await deed();
    await refresh();
  } catch (error) {
    tell(error.message);
  }
}

function tell(trouble) {
  get("trouble").textContent = trouble;
  get("trouble").hidden = !trouble;
}

async function refresh() {
  const fresh = await carrier.readState();
  ahead = Date.parse(fresh.now) - Date.now();
  const first = state === null;
  state = fresh;
  if (first) nameEverything();
  show();
  tell("");
}

function show() {
  const count = { ringing: 0, talking: 0, idle: 0 };
  for (const phone of state.phones) count[phone.state] += 1;
  for (const [name, number] of Object.entries(count)) get(`count-${name}`).textContent = number;
  get("speed").textContent = `×${state.speed}`;
  showPhones();
  showMoods();
  showLog();
  tick();
}

function showPhones() {
  const wanted = state.phones.filter((p) => !get("only-busy").checked || p.state !== "idle");
  get("empty").hidden = wanted.length > 0;
  const numbers = new Set(wanted.map((phone) => phone.number));
  for (const [number, card] of cards) {
    if (!numbers.has(number)) {
      card.remove();
      cards.delete(number);
    }
  }
  wanted.forEach((phone, place) => {
    if (!cards.has(phone.number)) cards.set(phone.number, makeCard(phone, state.manners, deeds));
    const card = cards.get(phone.number);
    announce(card, phone);
    changeCard(card, phone);
    const there = get("phones").children[place];
    if (there !== card) get("phones").insertBefore(card, there || null);
  });
}

function announce(card, phone) {
  if (card.dataset.state && card.dataset.state !== phone.state) {
    get("news").textContent = `${phone.number} ${word(phone.state)}`;
  }
  card.dataset.state = phone.state;
}

function showMoods() {
  const lines = state.moods.map((mood) => {
    const times = mood.times ? ` · ${mood.times}×` : "";
    const share = ` · ${Math.round(mood.share * 100)} %`;
    return line(`${word(`effects.${mood.effect}`)} ${mood.kind}${share} · ${mood.seconds} s${times}`);
  });
  get("moods").replaceChildren(...lines);
  get("calm").disabled = lines.length === 0;
}

function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function showLog() {
  const newest = JSON.stringify(state.log[0] || null) + state.log.length;
  if (get("log").dataset.newest === newest) return;
  get("log").dataset.newest = newest;
  get("log").replaceChildren(...state.log.map(logLine));
}

function logLine(entry) {
  const item = document.createElement("li");
  item.className = `${entry.kind}${entry.bad ? " bad" : ""}`;
  const parts = [
    ["time", new Date(entry.at).toLocaleTimeString(document.documentElement.lang, { hour12: false })],
    ["kind quiet", word(`kinds.${entry.kind}`)], ["what", entry.what], ["who", entry.who],
  ];
  for (const [name, text] of parts) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    item.append(part);
  }
  return item;
}

function tick() {
  const now = Date.now() + ahead;
  const language = document.documentElement.lang;
  get("clock").textContent = new Date(now).toLocaleTimeString(language, { hour12: false });
  for (const since of document.querySelectorAll("time[datetime]:not([datetime=''])")) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(since.dateTime)) / 1000));
    const minutes = String(Math.floor(seconds / 60)).padStart(2, "0");
    since.textContent = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

function nameEverything() {
  const manner = document.querySelector("#add-phone [name=manner]");
  fillManners(manner, state.manners, "");
  if (!chosenOnce) manner.value = "person";
  chosenOnce = true;
  const select = document.querySelector("#add-mood [name=effect]");
  const chosen = select.value;
  select.replaceChildren(...Object.entries(state.effects).map(([group, effects]) => {
    const options = document.createElement("optgroup");
    options.label = word(`groups.${group}`);
    options.append(...effects.map((effect) => new Option(word(`effects.${effect}`), effect)));
    return options;
  }));
  if (chosen) select.value = chosen;
  for (const phone of state.phones) {
    const card = cards.get(phone.number);
    if (card) {
      nameCard(card, phone, state.manners);
      delete card.dataset.shown;
    }
  }
  delete get("log").dataset.newest;
}

get("languages").addEventListener("click", async (event) => {
  const language = event.target.dataset.language;
  if (!language) return;
  localStorage.setItem("language", language);
  await speak(language);
  if (state) {
    nameEverything();
    show();
  }
});

get("add-phone").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  attempt(() => carrier.setManner(form.number.value.trim(), form.manner.value));
});

get("add-mood").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  attempt(() => carrier.addMood({
    effect: form.effect.value,
    kind: form.kind.value.trim(),
    share: Number(form.share.value) / 100,
    seconds: Number(form.seconds.value),
    times: form.times.value ? Number(form.times.value) : null,
  }));
});

get("calm").addEventListener("click", () => attempt(carrier.calm));
get("only-busy").addEventListener("change", () => state && show());

async function live() {
  try {
    await refresh();
  } catch {
    tell(word("unreachable"));
  }
  setTimeout(live, document.hidden ? PACE * 6 : PACE);
}

await speak(localStorage.getItem("language"));
setInterval(tick, 1000);
live();
