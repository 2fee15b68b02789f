// The music bed: quiet piano under one's own voice, made here note by note, off until it is wanted.
//
// The microphone runs through this desk on its way to the carrier. The music follows the voice: it
// stays at a fifteenth of how loud its speaker usually is (23 dB below), and never gets louder than
// that of somebody who speaks up.

const BELOW_SPEECH = 1 / 15;
const USUAL_SPEECH = 0.05;
const LOUDEST_SPEECH = 0.15;
const SILENCE = 0.01;
const PIANO_LEVEL = 0.1;
const LOOK_MS = 100;
const START_MS = 300;
const BAR_MS = 2400;
// Slow broken chords, as MIDI numbers: C, A minor, F, G, an octave below the middle of the keyboard.
const BARS = [[48, 55, 60, 64], [45, 52, 57, 60], [41, 48, 53, 57], [43, 50, 55, 59]];

export class Bed {
  constructor() {
    this.on = false;
    this.desk = null;
  }

  /** What the SDK calls for a microphone; gives it the desk's output. */
  async open(constraints) {
    this.close();
    const microphone = await navigator.mediaDevices.getUserMedia(constraints);
    const context = new AudioContext();
    await Promise.race([context.resume(), new Promise((over) => setTimeout(over, START_MS))]);
    if (context.state !== "running") {
      // A page that nobody has touched may make no sound of its own; the voice comes first.
      context.close();
      return microphone;
    }
    const voice = context.createMediaStreamSource(microphone);
    const out = context.createMediaStreamDestination();
    const listener = context.createAnalyser();
    const piano = context.createGain();
    piano.gain.value = 0;
    listener.fftSize = 1024;
    voice.connect(out);
    voice.connect(listener);
    piano.connect(out);
    this.desk = { context, microphone, listener, piano, bar: 0, speech: USUAL_SPEECH };
    this.timers = [
      setInterval(() => this.follow(), LOOK_MS),
      setInterval(() => this.play(), BAR_MS),
    ];
    this.play();
    return out.stream;
  }

  close() {
    if (!this.desk) return;
    for (const timer of this.timers) clearInterval(timer);
    for (const track of this.desk.microphone.getTracks()) track.stop();
    this.desk.context.close();
    this.desk = null;
    this.on = false;
  }

  turn(on) {
    this.on = on && this.desk !== null;
    if (on) this.play();
    this.follow();
  }

  /** Learn how loud the speaker is, and keep the music well below. */
  follow() {
    if (!this.desk) return;
    const { context, listener, piano } = this.desk;
    const samples = new Float32Array(listener.fftSize);
    listener.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
    if (loud > SILENCE) this.desk.speech += (Math.min(loud, LOUDEST_SPEECH) - this.desk.speech) / 20;
    const level = this.on ? (this.desk.speech * BELOW_SPEECH) / PIANO_LEVEL : 0;
    piano.gain.setTargetAtTime(level, context.currentTime, 0.2);
  }

  play() {
    if (!this.on || !this.desk) return;
    const { context } = this.desk;
    const pitches = BARS[this.desk.bar++ % BARS.length];
    pitches.forEach((pitch, place) => this.strike(pitch, context.currentTime + place * 0.6));
  }

  /** One key of the piano: a few partials that fade, the high ones sooner. */
  strike(pitch, at) {
    const { context, piano } = this.desk;
    const hertz = 440 * 2 ** ((pitch - 69) / 12);
    [1, 0.4, 0.15, 0.06].forEach((share, index) => {
      const string = context.createOscillator();
      const hammer = context.createGain();
      string.frequency.value = hertz * (index + 1);
      hammer.gain.setValueAtTime(0, at);
      hammer.gain.linearRampToValueAtTime(PIANO_LEVEL * share, at + 0.01);
      hammer.gain.exponentialRampToValueAtTime(0.0001, at + 2.2 / (index + 1));
      string.connect(hammer).connect(piano);
      string.start(at);
      string.stop(at + 2.4);
    });
  }
}
