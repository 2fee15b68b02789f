// What one sees of the phone: a small sign while it is idle, a panel while it rings and talks.

const QUALITY = {
  "high-rtt": "delay", "high-jitter": "gaps", "high-packet-loss": "gaps",
  "high-packets-lost-fraction": "gaps", "low-mos": "gaps", "low-bytes-received": "deaf",
  "low-bytes-sent": "mute", "constant-audio-input-level": "mute", "ice-connectivity-lost": "deaf",
};
const NOTICE_MS = 12000;

export class Panel {
  constructor(dock) {
    this.dock = dock;
    this.words = JSON.parse(dock.dataset.words);
    this.part = (name) => dock.querySelector(`[data-phone-${name}]`);
    this.bad = new Set();
    this.deeds = new Map();
    this.mine = true;
    dock.addEventListener("click", ({ target }) => this.clicked(target));
  }

  on(name, deed) {
    this.deeds.set(name, deed);
  }

  clicked(target) {
    const key = target.closest("[data-phone-key]");
    if (key) this.deeds.get("key")(key.dataset.phoneKey);
    const button = target.closest("[data-phone-do]");
    if (button) this.press(button.dataset.phoneDo);
  }

  press(name) {
    if (name === "keypad") this.showKeypad();
    else this.deeds.get(name)?.();
  }

  set mode(mode) {
    this.dock.dataset.mode = mode;
    this.part("call").hidden = mode !== "ringing" && mode !== "live";
    this.part("incoming").hidden = mode !== "ringing";
    this.part("talk").hidden = mode !== "live";
    if (mode !== "live") this.part("pad").hidden = true;
  }

  get mode() {
    return this.dock.dataset.mode;
  }

  /** The sign: where the phone stands with the carrier. */
  showState(state) {
    this.state = state;
    this.sign();
  }

  showPlace({ mine, where, isOver }) {
    this.mine = mine;
    this.where = where;
    this.isOver = isOver;
    this.part("elsewhere").hidden = mine || isOver;
    this.sign();
  }

  showTrouble(trouble) {
    this.trouble = trouble;
    this.part("trouble").textContent = trouble ? this.words[trouble] : "";
    this.sign();
  }

  sign() {
    const [sign, words] = this.reading();
    this.dock.dataset.sign = sign;
    if (this.part("sign").textContent !== words) this.part("sign").textContent = words;
  }

  reading() {
    if (this.isOver) return ["off", this.words.over];
    if (!this.mine) return ["off", this.where];
    if (this.trouble) return ["bad", this.words.deafPhone];
    if (this.state === "ready") return ["ready", this.words.ready];
    return this.state === "offline" ? ["bad", this.words.offline] : ["off", this.words.starting];
  }

  showRinging(facts) {
    this.say("");
    this.part("who").textContent = [facts.who, facts.account].filter(Boolean).join(" · ");
    this.part("why").textContent = facts.why ?? "";
    this.mode = "ringing";
  }

  showLive() {
    this.bad.clear();
    this.say("");
    this.mode = "live";
    this.showMuted(false);
    this.showBed(false);
    this.showReconnecting(false);
  }

  showIdle(why) {
    this.mode = "idle";
    this.say(why);
  }

  /** A sentence that stays for a while; a name of `words`. */
  say(name) {
    clearTimeout(this.notice);
    this.part("notice").textContent = name ? this.words[name] : "";
    if (name) this.notice = setTimeout(() => this.say(""), NOTICE_MS);
  }

  showMuted(on) {
    const button = this.dock.querySelector('[data-phone-do="mute"]');
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("[data-label]").textContent = on ? button.dataset.on : button.dataset.off;
  }

  showBed(on) {
    this.dock.querySelector('[data-phone-do="bed"]').setAttribute("aria-pressed", String(on));
  }

  showReconnecting(on) {
    this.isDown = on;
    this.showLine();
  }

  showQuality(name, begins) {
    const word = QUALITY[name];
    if (!word) return;
    if (begins) this.bad.add(word);
    else this.bad.delete(word);
    this.showLine();
  }

  /** How the line is. */
  showLine() {
    const worst = ["deaf", "mute", "gaps", "delay"].find((word) => this.bad.has(word));
    const word = this.isDown ? "reconnecting" : (worst ?? "clear");
    this.dock.dataset.line = this.isDown ? "down" : worst ? "poor" : "clear";
    this.part("line").textContent = this.words[word];
  }

  showVolume(mine, theirs) {
    this.part("mine").value = mine;
    this.part("theirs").value = theirs;
  }

  showKeypad() {
    const pad = this.part("pad");
    pad.hidden = !pad.hidden;
    this.dock.querySelector('[data-phone-do="keypad"]').setAttribute("aria-expanded", String(!pad.hidden));
    if (!pad.hidden) pad.querySelector("button").focus();
  }

  /** Outside the page, while nobody looks at it. */
  notify(facts) {
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const body = [facts.who, facts.why].filter(Boolean).join("\n");
    this.outside = new Notification(this.words.rings, { body, tag: "phone", requireInteraction: true });
    this.outside.addEventListener("click", () => {
      window.focus();
      this.press("answer");
    });
  }

  endNotice() {
    this.outside?.close();
    this.outside = null;
  }
}
