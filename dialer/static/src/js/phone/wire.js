// The demo's carrier speaks without TLS on this machine, and the SDK knows wss: alone. It keeps the
// WebSocket that it finds while it is being loaded, so this module must be imported before it.

const signal = document.querySelector("[data-phone]")?.dataset.signal ?? "";

if (signal.startsWith("ws://")) {
  const { host } = new URL(signal);
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(url) {
      super(String(url).replace(`wss://${host}/`, `ws://${host}/`));
    }
  };
}
