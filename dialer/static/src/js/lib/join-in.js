// A supervisor in a rep's call: listen, whisper, join, leave; by button or by key.

import { onKey } from "./keys.js";
import { post } from "./http.js";

const KEYS = { l: "listen", w: "whisper", b: "barge", x: "leave" };

/** Wire the tiles of `root`: their buttons, J and K to go from talk to talk, and the four keys. */
export function bindJoinIn(root) {
  if (!root.dataset.superviseUrl) return;
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-help]");
    if (button) ask(root, button.closest(".tile"), button.dataset.help);
  });
  for (const [key, how] of Object.entries(KEYS)) {
    onKey(key, () => {
      const tile = document.activeElement?.closest(".tile");
      if (!tile?.row.call) return false;
      ask(root, tile, how);
    });
  }
  onKey("j", () => go(root, 1));
  onKey("k", () => go(root, -1));
}

/** To the next talk; at the end begin again. */
function go(root, step) {
  const tiles = [...root.querySelectorAll(".tile[tabindex]")];
  if (!tiles.length) return false;
  const here = tiles.indexOf(document.activeElement?.closest(".tile"));
  const place = here < 0 ? (step > 0 ? 0 : -1) : (here + step) % tiles.length;
  tiles.at(place).focus();
}

async function ask(root, tile, how) {
  const slot = tile.querySelector("[data-tile-error]");
  slot.textContent = "";
  try {
    await post(root.dataset.superviseUrl.replace("/0/", `/${tile.row.call.call_id}/`), { how });
  } catch (error) {
    slot.textContent = error.message || document.querySelector("[data-lost]").textContent.trim();
  }
}

/** What the buttons of a tile say: who takes part, and what I may do now. */
export function showHelp(tile, row, { me, words }) {
  const bar = tile.querySelector("[data-helps]");
  if (!bar) return;
  const canJoin = Boolean(row.call) && ["talking", "held"].includes(row.state);
  const mine = row.helpers.find((helper) => helper.user_id === me);
  bar.hidden = !canJoin && !mine;
  // Only on a change: to take it away for a moment would take the focus away for good.
  if (canJoin !== tile.hasAttribute("tabindex")) {
    tile.toggleAttribute("tabindex", canJoin);
    if (canJoin) tile.tabIndex = 0;
  }
  for (const button of bar.querySelectorAll("[data-help]")) {
    const how = button.dataset.help;
    if (how === "leave") button.hidden = !mine;
    else button.setAttribute("aria-pressed", String(mine?.how === how));
    button.disabled = how !== "leave" && Boolean(mine) && !mine.is_in;
  }
  const said = row.helpers.map((helper) =>
    helper.is_in
      ? `${helper.name} · ${words.helps[helper.how]}`
      : words.ringing.replace("{name}", helper.name),
  );
  const line = tile.querySelector("[data-helpers]");
  if (line.textContent !== said.join(", ")) line.textContent = said.join(", ");
  line.hidden = said.length === 0;
}
