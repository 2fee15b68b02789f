// A thin phone over the carrier's SDK: one call at a time, and a way out of every corner in which
// the SDK is known to get stuck. What happens is told as events: "state" (ready, offline, starting),
// "ringing", "live", "reconnecting", "ended", "lost", "refused" (the microphone), "warning",
// "volume", "gone" (the session is over, or the phone is elsewhere).

import "./wire.js";
import { Device } from "@twilio/voice-sdk";
import { Bed } from "./bed.js";
import { Problem } from "../lib/http.js";

const WATCH_MS = 500;
const STUCK_LOOKS = 4;
const OFFLINE_MS = 12000;
const REBUILD_MS = 5000;
const REFRESH_PAUSE_MS = 3000;
const NO_MICROPHONE = [31401, 31402];
const BAD_PASS = [20101, 20104, 20151, 31204, 31205];

/** The SDK would fetch its sounds from the carrier's site; ours are made in the page. */
class NoSound {
  play() {
    return Promise.resolve();
  }
  stop() {}
  setSinkIds() {}
}

export class Handset extends EventTarget {
  /** `signal` is the origin of another carrier than Twilio; `askPass` gives a fresh pass. */
  constructor({ signal, askPass, microphone }) {
    super();
    Object.assign(this, { signal, askPass, microphone });
    this.bed = new Bed();
    this.device = null;
    this.call = null;
    this.isLive = false;
    this.isOpen = false;
    this.stuck = 0;
    this.offlineSince = 0;
    this.refreshedAt = 0;
    this.builtAt = 0;
  }

  tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Register with the carrier, and stay so until `close`. */
  async open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.watcher = setInterval(() => this.look(), WATCH_MS);
    await this.build();
  }

  close() {
    this.isOpen = false;
    clearInterval(this.watcher);
    this.forget("closed");
    this.device?.destroy();
    this.device = null;
    this.tell("state", { state: "closed" });
  }

  async build() {
    this.builtAt = Date.now();
    this.offlineSince = Date.now();
    this.tell("state", { state: "starting" });
    const pass = await this.pass();
    if (!pass || !this.isOpen) return;
    this.device?.destroy();
    const device = new Device(pass.token, this.options());
    this.device = device;
    device.on("registered", () => this.moved(device, "ready"));
    device.on("unregistered", () => this.moved(device, "offline"));
    device.on("incoming", (call) => this.ring(call));
    device.on("tokenWillExpire", () => this.refresh());
    device.on("error", (error) => this.fail(device, error));
    // It never settles after a refused pass or while the line is down; the events tell instead.
    device.register().catch(() => {});
  }

  options() {
    const host = this.signal ? { chunderw: new URL(this.signal).host } : {};
    return {
      ...host,
      Sound: NoSound,
      getUserMedia: (constraints) => this.bed.open(constraints),
      publishEvents: false,
      logLevel: "silent",
      enableImprovedSignalingErrorPrecision: true,
      tokenRefreshMs: 60000,
      codecPreferences: ["opus", "pcmu"],
    };
  }

  /** A fresh pass; without one because the session is over, the phone closes. */
  async pass() {
    this.refreshedAt = Date.now();
    try {
      return await this.askPass();
    } catch (error) {
      if (error instanceof Problem && error.status < 500) {
        this.close();
        this.tell("gone", { status: error.status });
      }
      return null;
    }
  }

  async refresh() {
    // An old timer of the SDK may fire again after a refresh.
    if (Date.now() - this.refreshedAt < REFRESH_PAUSE_MS) return;
    const device = this.device;
    const pass = await this.pass();
    if (!pass || device !== this.device) return;
    device.updateToken(pass.token);
    if (device.state === Device.State.Unregistered) device.register().catch(() => {});
  }

  moved(device, state) {
    if (device !== this.device) return;
    this.offlineSince = state === "ready" ? 0 : this.offlineSince || Date.now();
    this.tell("state", { state });
  }

  fail(device, error) {
    if (device === this.device && BAD_PASS.includes(error.code)) this.refresh();
  }

  ring(call) {
    if (this.call) {
      call.reject();
      return;
    }
    this.call = call;
    this.isLive = false;
    this.stuck = 0;
    const mine = (deed) => (...values) => call === this.call && deed(...values);
    call.on("accept", mine(() => this.begin()));
    for (const end of ["disconnect", "cancel", "reject"]) call.on(end, mine(() => this.forget(end)));
    call.on("reconnecting", mine(() => this.waver(true)));
    call.on("reconnected", mine(() => this.waver(false)));
    call.on("warning", mine((name) => this.tell("warning", { name, on: true })));
    call.on("warning-cleared", mine((name) => this.tell("warning", { name, on: false })));
    call.on("volume", mine((mine, theirs) => this.tell("volume", { mine, theirs })));
    call.on("error", (error) => NO_MICROPHONE.includes(error.code) && this.tell("refused"));
    this.tell("ringing");
  }

  begin() {
    this.isLive = true;
    this.tell("live");
  }

  /** Repeated while the line is down, told once. */
  waver(isDown) {
    if (this.isWavering === isDown) return;
    this.isWavering = isDown;
    this.tell("reconnecting", { on: isDown });
  }

  forget(how) {
    if (!this.call) return;
    const wasLive = this.isLive;
    this.call = null;
    this.isLive = false;
    this.isWavering = false;
    this.bed.close();
    this.tell("ended", { how, wasLive });
  }

  accept() {
    if (!this.call || this.isLive) return;
    const id = this.microphone();
    const audio = id ? { deviceId: { ideal: id } } : true;
    this.call.accept({ rtcConstraints: { audio } });
  }

  decline() {
    if (this.call && !this.isLive) this.call.reject();
  }

  hangUp() {
    this.call?.disconnect();
  }

  mute(on) {
    if (this.isLive) this.call.mute(on);
  }

  get isMuted() {
    return this.isLive && this.call.isMuted();
  }

  /** One key. More at once would be lost after a pause. */
  press(key) {
    if (this.isLive) this.call.sendDigits(key);
  }

  get remoteStream() {
    return this.call?.getRemoteStream() ?? null;
  }

  /** Notice what the SDK says nothing about. */
  look() {
    if (!this.device) {
      if (Date.now() - this.builtAt > REBUILD_MS) this.build();
      return;
    }
    this.stuck = this.isStuck() ? this.stuck + 1 : 0;
    if (this.stuck >= STUCK_LOOKS) this.recover();
    else if (!this.call && this.isOffline()) this.build();
  }

  /** A call that is over or gone without a word, or a device that believes to be in one. */
  isStuck() {
    if (!this.call) return this.device.isBusy;
    const status = this.call.status();
    if (this.isLive) return status === "closed";
    if (status === "connecting") return false;
    return status !== "pending" || !this.device.calls.includes(this.call);
  }

  isOffline() {
    return this.offlineSince && Date.now() - Math.max(this.offlineSince, this.builtAt) > OFFLINE_MS;
  }

  /** Only a new device gets out of it. */
  recover() {
    this.stuck = 0;
    if (this.call) {
      const wasRinging = !this.isLive;
      this.forget("lost");
      if (wasRinging) this.tell("lost");
    }
    this.build();
  }
}
