// Several tabs of one user, one phone: the server knows which, tabs of one browser tell each other.

import { Problem, post } from "../lib/http.js";

const HOLDER_MS = 20000;
const OTHER_MS = 5000;
const KEY = "phone-tab";

const newName = () => crypto.randomUUID().replaceAll("-", "");

export class Tabs {
  /** `isReady` says whether this tab could ring; `moved({mine, where})` hears where the phone is. */
  constructor({ aliveUrl, leaveUrl, isReady, isLive, moved }) {
    Object.assign(this, { aliveUrl, leaveUrl, isReady, isLive, moved });
    this.name = sessionStorage.getItem(KEY) ?? newName();
    sessionStorage.setItem(KEY, this.name);
    this.mine = false;
    this.channel = new BroadcastChannel("phone");
    this.channel.addEventListener("message", ({ data }) => this.hear(data));
    // A tab that was copied has the name of its model.
    this.channel.postMessage({ hello: this.name });
    window.addEventListener("pagehide", () => this.leave());
    // The phone follows its user: to the page that was opened last, or is looked at again.
    window.addEventListener("pageshow", (event) => event.persisted && this.beat(true));
    document.addEventListener("visibilitychange", () => document.hidden || this.beat(true));
  }

  hear({ hello, same, taken }) {
    if (hello === this.name) this.channel.postMessage({ same: this.name });
    if (same === this.name) this.rename();
    if (taken && this.mine) this.beat();
  }

  rename() {
    if (this.renamed) return;
    this.renamed = true;
    this.name = newName();
    sessionStorage.setItem(KEY, this.name);
    this.beat();
  }

  /** Say that this tab is alive; with `takes` it wants to be the phone. */
  async beat(takes = false) {
    clearTimeout(this.timer);
    try {
      const fields = { tab: this.name, ready: this.isReady() ? "1" : "0", takes: takes ? "1" : "0" };
      const answer = await post(this.aliveUrl, fields);
      this.mine = answer.mine;
      if (takes && this.mine) this.channel.postMessage({ taken: true });
      this.moved(answer);
    } catch (error) {
      if (error instanceof Problem && error.status < 500) {
        this.moved({ mine: false, where: "", isOver: true });
        return;
      }
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.beat(), this.mine ? HOLDER_MS : OTHER_MS);
  }

  leave() {
    if (!this.mine) return;
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    const fields = { tab: this.name, live: this.isLive() ? "1" : "0", csrf_token: token };
    navigator.sendBeacon(this.leaveUrl, new URLSearchParams(fields));
  }
}
