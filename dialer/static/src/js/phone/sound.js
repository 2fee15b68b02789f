// Microphone, loudspeaker and ring: which ones, whether there are any, and how loud one speaks.

const CHOICES = { microphone: "audioinput", speaker: "audiooutput", ringer: "audiooutput" };

/** What was chosen for a use, or empty for the system's own. */
export const chosen = (use) => localStorage.getItem(`phone-${use}`) ?? "";

export function choose(use, id) {
  localStorage.setItem(`phone-${use}`, id);
}

/** Why nobody could be heard here: "refused", "missing", or null if all is well or unknown. */
export async function microphoneTrouble() {
  if (!navigator.mediaDevices) return "missing";
  const permission = await navigator.permissions.query({ name: "microphone" }).catch(() => null);
  if (permission?.state === "denied") return "refused";
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((device) => device.kind === "audioinput") ? null : "missing";
}

/** Fill the selects of a form with the devices that there are. */
export async function listDevices(form) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const [use, kind] of Object.entries(CHOICES)) {
    const select = form.elements[use];
    const options = devices
      .filter((device) => device.kind === kind && device.deviceId !== "default")
      .map((device) => new Option(device.label || device.deviceId.slice(0, 8), device.deviceId));
    select.replaceChildren(new Option(select.dataset.standard, ""), ...options);
    select.value = chosen(use);
    if (select.selectedIndex < 0) select.value = "";
  }
}

/** Shows how loud the microphone is, until `stop`. */
export class Meter {
  constructor(meter) {
    this.meter = meter;
  }

  /** Throws what getUserMedia throws. */
  async start(id) {
    this.stop();
    const audio = id ? { deviceId: { ideal: id } } : true;
    this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.context = new AudioContext();
    const listener = this.context.createAnalyser();
    listener.fftSize = 1024;
    this.context.createMediaStreamSource(this.stream).connect(listener);
    const samples = new Float32Array(listener.fftSize);
    this.timer = setInterval(() => {
      listener.getFloatTimeDomainData(samples);
      this.meter.value = loudness(samples);
    }, 80);
  }

  stop() {
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.context?.close();
    this.stream = this.context = null;
    this.meter.value = 0;
  }
}

/** 0 to 1 on the scale on which people hear. */
function loudness(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.max(0, Math.min(1, 1 + Math.log10(Math.max(power, 1e-6)) / 5));
}
