// The note is kept as it is typed, and before the page goes on to the next thing.

import { post } from "./http.js";

const PAUSE_MS = 600;
const AGAIN_MS = 3000;
let current = null;

/** Wire the note's field, if it stands there. */
export function bindNote(desk) {
  const field = desk.querySelector("[data-note]");
  current = field ? new Note(field, desk.querySelector("[data-note-state]")) : null;
}

/** Save what is typed and not saved yet. */
export async function flushNote() {
  await current?.save();
}

class Note {
  constructor(field, label) {
    this.field = field;
    this.label = label;
    this.saved = field.value;
    this.timer = 0;
    field.addEventListener("input", () => this.later(PAUSE_MS));
    field.addEventListener("blur", () => this.save());
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    clearTimeout(this.timer);
    const note = this.field.value;
    if (note === this.saved) return;
    this.label.textContent = this.label.dataset.saving;
    try {
      await post(this.field.dataset.noteUrl, { note });
      this.saved = note;
      this.label.textContent = this.label.dataset.saved;
    } catch {
      this.label.textContent = this.label.dataset.failed;
      if (this.field.isConnected) this.later(AGAIN_MS);
    }
  }
}
