// The floor as it is pushed: a stream while there is one, asking every two seconds where not.

import { Problem, get } from "./http.js";

const POLL_MS = 2000;
const STALE_MS = 25000;
const LOST_MS = 6000;
const AGAIN_MS = 30000;

/** Follow the board. `show(board, sentAt)` gets every picture, `tell(how)` live, poll or lost. */
export class Feed {
  constructor(streamUrl, stateUrl, show, tell) {
    Object.assign(this, { streamUrl, stateUrl, show, tell });
    this.heardAt = Date.now();
    this.source = null;
    this.polling = 0;
    this.openedAt = 0;
    setInterval(() => this.watch(), 2000);
    // A hidden tab or a machine that slept may have missed anything: ask for the present at once.
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
    window.addEventListener("online", () => this.refresh());
    window.addEventListener("pagehide", () => this.source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.open());
    this.open();
  }

  open() {
    this.source?.close();
    this.openedAt = Date.now();
    this.source = new EventSource(this.streamUrl);
    this.source.addEventListener("board", (event) => {
      this.stopPolling();
      this.hear(JSON.parse(event.data), Date.now(), "live");
    });
    this.source.addEventListener("error", () => this.startPolling());
  }

  hear(board, sentAt, how) {
    this.heardAt = Date.now();
    this.tell(how);
    this.show(board, sentAt);
  }

  startPolling() {
    if (!this.polling) this.polling = setTimeout(() => this.poll(), POLL_MS / 2);
  }

  stopPolling() {
    clearTimeout(this.polling);
    this.polling = 0;
  }

  async poll() {
    const goesOn = await this.ask();
    if (this.polling && goesOn) this.polling = setTimeout(() => this.poll(), POLL_MS);
  }

  /** One picture; false once the session is over and there is nothing more to ask. */
  async ask() {
    const sentAt = Date.now();
    try {
      const { body } = await get(this.stateUrl);
      this.hear(body, sentAt, this.polling ? "poll" : "live");
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return this.end();
    }
    return true;
  }

  end() {
    this.source?.close();
    this.openedAt = Infinity;
    return false;
  }

  refresh() {
    this.ask();
    if (this.source?.readyState === EventSource.CLOSED) this.open();
  }

  /** A stream that says nothing is dead, whatever the browser believes. */
  watch() {
    const silence = Date.now() - this.heardAt;
    if (silence > (this.polling ? LOST_MS : STALE_MS)) this.tell("lost");
    const closed = this.source.readyState === EventSource.CLOSED;
    if (Date.now() - this.openedAt < AGAIN_MS) return;
    if (closed || silence > STALE_MS) this.open();
  }
}
