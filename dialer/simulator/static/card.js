// One phone on the wall. A card is made once and then only changed where the phone did,
// so that focus and half-typed words stay where they are.

import { label, word } from "./words.js";

const template = document.querySelector("#phone");

export function makeCard(phone, manners, deeds) {
  const card = template.content.firstElementChild.cloneNode(true);
  card.querySelector(".number").textContent = phone.number;
  card.querySelector(".manner").addEventListener("change", (event) =>
    chooseManner(card, phone.number, event.target.value, deeds));
  for (const button of card.querySelectorAll("[data-verb]")) {
    button.addEventListener("click", () => deeds.use(phone.number, button.dataset.verb));
  }
  card.querySelector("[data-speak]").addEventListener("click", (event) =>
    deeds.speak(phone.number, event.currentTarget));
  for (const key of card.querySelectorAll(".pad button")) {
    key.addEventListener("click", () => deeds.use(phone.number, "press", { keys: key.textContent }));
  }
  const form = card.querySelector(".say");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.text.value) deeds.use(phone.number, "say", { text: form.text.value });
    form.reset();
  });
  card.querySelector(".hand").open = phone.manner === "person";
  nameCard(card, phone, manners);
  return card;
}

function chooseManner(card, number, manner, deeds) {
  card.querySelector(".hand").open = manner === "person";
  deeds.behave(number, manner);
}

export function nameCard(card, phone, manners) {
  label(card);
  fillManners(card.querySelector(".manner"), manners);
  card.querySelector(".manner").setAttribute("aria-label", `${word("manner")} ${phone.number}`);
  card.querySelector(".pad").setAttribute("aria-label", `${word("keypad")} ${phone.number}`);
  card.querySelector(".say input").setAttribute("aria-label", `${word("say")} ${phone.number}`);
  for (const button of card.querySelectorAll("[data-verb]")) {
    button.setAttribute("aria-label", `${button.textContent} ${phone.number}`);
  }
}

export function fillManners(select, manners, extra = "custom") {
  const chosen = select.value;
  const names = extra ? [...manners, extra] : manners;
  select.replaceChildren(...names.map((name) => new Option(word(`manners.${name}`), name)));
  if (chosen) select.value = chosen;
}

export function changeCard(card, phone) {
  const shown = JSON.stringify(phone);
  if (card.dataset.shown === shown) return;
  card.dataset.shown = shown;
  card.className = `phone ${phone.state}${phone.held ? " held" : ""}`;
  card.querySelector(".state").textContent = word(phone.held ? "held" : phone.state);
  card.querySelector(".with").textContent = partner(phone);
  const since = card.querySelector(".since");
  since.dateTime = phone.since || "";
  if (!phone.since) since.textContent = "";
  const manner = card.querySelector(".manner");
  if (manner.value !== phone.manner && document.activeElement !== manner) {
    manner.value = phone.manner;
    card.querySelector(".hand").open = phone.manner === "person";
  }
  showHeard(card.querySelector(".heard"), phone.heard);
  card.querySelector(".keys").textContent = phone.keys ? `${word("pressed")} ${phone.keys}` : "";
  card.querySelector(".keys").hidden = !phone.keys;
  show(card, '[data-verb="answer"], [data-verb="decline"]', phone.state === "ringing");
  show(card, '[data-verb="hang-up"], .hand', phone.state === "talking");
}

function partner(phone) {
  if (phone.room) return `${word("room")} ${phone.room}`;
  return phone.with ? `${word("with")} ${phone.with}` : "";
}

function showHeard(list, heard) {
  list.replaceChildren(...heard.map((sound) => {
    const line = document.createElement("li");
    line.textContent = sound.kind === "say" || sound.kind === "speech"
      ? `“${sound.text}”` : `♪ ${word(`sounds.${sound.kind}`)}`;
    return line;
  }));
  list.hidden = heard.length === 0;
}

function show(card, selector, visible) {
  for (const node of card.querySelectorAll(selector)) node.hidden = !visible;
}
