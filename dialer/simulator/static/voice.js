// A person at this page is the phone: their microphone is its mouth, their headset its ear.

import { lendVoice } from "./carrier.js";

const lent = new Map();

export const speaksAs = (number) => lent.has(number);

/** Take the phone of that number into one's own hand, or put it down again. */
export async function changeHands(number) {
  if (lent.has(number)) putDown(number);
  else await takeUp(number);
}

async function takeUp(number) {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  const line = new RTCPeerConnection();
  const ear = new Audio();
  lent.set(number, { line, microphone, ear });
  line.addEventListener("track", ({ streams }) => {
    ear.srcObject = streams[0];
    ear.play();
  });
  line.addEventListener("connectionstatechange", () => {
    if (["failed", "closed"].includes(line.connectionState)) putDown(number);
  });
  for (const track of microphone.getTracks()) line.addTrack(track, microphone);
  await line.setLocalDescription(await line.createOffer());
  const { sdp } = await lendVoice(number, line.localDescription.sdp);
  await line.setRemoteDescription({ type: "answer", sdp });
}

function putDown(number) {
  const { line, microphone, ear } = lent.get(number);
  lent.delete(number);
  for (const track of microphone.getTracks()) track.stop();
  line.close();
  ear.srcObject = null;
}
