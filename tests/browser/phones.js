// What the lab's pages do with the SDK: one device, its latest call, and a list of what happened.

/* global Twilio */
const Native = globalThis.WebSocket;
globalThis.WebSocket = class extends Native {
  constructor(url) {
    super(String(url).replace(/^wss:/, "ws:"));
  }
};

class NoSound {
  play() {
    return Promise.resolve();
  }
  stop() {}
  setSinkIds() {}
}

const events = [];
let device = null;
let call = null;

function open(token, host) {
  device = new Twilio.Device(token, {
    chunderw: host, Sound: NoSound, publishEvents: false, logLevel: "silent",
    enableImprovedSignalingErrorPrecision: true,
  });
  for (const name of ["registered", "unregistered", "tokenWillExpire"]) {
    device.on(name, () => events.push(name));
  }
  device.on("error", (error) => events.push(`error ${error.code}`));
  device.on("incoming", follow);
  device.register().catch(() => {});
}

function follow(other) {
  call = other;
  events.push("incoming");
  const names = [
    "accept", "disconnect", "cancel", "reject", "reconnecting", "reconnected", "transportClose",
  ];
  for (const name of names) call.on(name, () => events.push(name));
  call.on("error", (error) => events.push(`call error ${error.code}`));
}

async function dial(params) {
  follow(await device.connect({ params }));
}
