// The phone's own settings: devices with a meter, a ring to try, and notices outside the page.

import { Meter, choose, listDevices } from "./sound.js";
import * as ringer from "./ring.js";

/** Wire the dialog. `changed` is called when the microphone may have become another. */
export function bindSetup(dock, { changed, handset }) {
  const dialog = document.getElementById("phone-setup");
  const form = dialog.querySelector("form[data-phone-devices]");
  const meter = new Meter(form.querySelector("meter"));
  const error = form.querySelector("[data-error]");
  const words = JSON.parse(dock.dataset.words);

  const listen = async () => {
    error.textContent = "";
    try {
      await meter.start(form.elements.microphone.value);
    } catch (cause) {
      error.textContent = cause.name === "NotFoundError" ? words.missing : words.refused;
    }
    await listDevices(form);
    changed();
  };

  dock.querySelector("[data-phone-setup]").addEventListener("click", async () => {
    dialog.showModal();
    await listen();
  });
  dialog.addEventListener("close", () => {
    meter.stop();
    ringer.stop();
  });
  form.addEventListener("change", async ({ target }) => {
    choose(target.name, target.value);
    if (target.name === "microphone") await listen();
    if (handset.isLive) await switchTo(handset, target);
  });
  form.querySelector("[data-ring-test]").addEventListener("click", () => {
    if (ringer.isRinging()) ringer.stop();
    else ringer.ring(form.elements.ringer.value);
  });
  const notices = form.querySelector("[data-notices]");
  notices.hidden = !("Notification" in window) || Notification.permission !== "default";
  notices.addEventListener("click", async () => {
    await Notification.requestPermission();
    notices.hidden = Notification.permission !== "default";
  });
}

/** Change over in the middle of a call. */
async function switchTo(handset, { name, value }) {
  const audio = handset.device.audio;
  if (name === "microphone") await audio.setInputDevice(value || "default").catch(() => {});
  if (name === "speaker") await audio.speakerDevices.set(value || "default").catch(() => {});
}
