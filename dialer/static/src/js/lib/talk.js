// What to say: pieces of one kind at a time, or whatever a search finds among all of them.

/** Wire the pieces of talk, if they stand there. */
export function bindTalk(desk) {
  const panel = desk.querySelector("[data-talk]");
  if (!panel) return;
  const kinds = [...panel.querySelectorAll("[data-kind]")];
  const pieces = [...panel.querySelectorAll("[data-of]")];
  const search = panel.querySelector("[data-talk-search]");

  const show = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    const kind = kinds.find((button) => button.getAttribute("aria-pressed") === "true");
    for (const piece of pieces) {
      piece.hidden = wanted
        ? !piece.textContent.toLocaleLowerCase().includes(wanted)
        : piece.dataset.of !== kind?.dataset.kind;
    }
    panel.querySelector("[data-no-talk]").hidden = pieces.some((piece) => !piece.hidden);
  };

  for (const button of kinds) {
    button.addEventListener("click", () => {
      for (const other of kinds) other.setAttribute("aria-pressed", String(other === button));
      search.value = "";
      show();
    });
  }
  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") search.blur();
  });
}
