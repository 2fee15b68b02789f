// The ring, made in the page: two soft tones, two seconds of four.

const PITCHES = [523.25, 659.25];
const LEVEL = 0.12;
const ROUND_MS = 4000;

let context = null;
let rounds = 0;

/** Ring until `stop`, on the loudspeaker that was chosen for it. */
export async function ring(speaker = "") {
  stop();
  context ??= new AudioContext();
  if (context.setSinkId) await context.setSinkId(speaker).catch(() => {});
  await Promise.race([context.resume(), new Promise((over) => setTimeout(over, 200))]);
  rounds = setInterval(sound, ROUND_MS);
  sound();
}

function sound() {
  if (context.state !== "running") return;
  const start = context.currentTime;
  for (const beat of [0, 0.5]) {
    for (const pitch of PITCHES) note(pitch, start + beat);
  }
}

function note(pitch, at) {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LEVEL, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.45);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.5);
}

export function stop() {
  clearInterval(rounds);
  rounds = 0;
}

export const isRinging = () => rounds !== 0;
