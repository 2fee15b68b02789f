// Keys of the whole page. A page registers what its keys do; typing in a field is left alone.

const deeds = new Map();

/** Let a key (as in KeyboardEvent.key, lower case) do something; later ones take its place. */
export function onKey(key, deed) {
  deeds.set(key, deed);
}

/** Whether somebody is typing there, so that letters are letters. */
export function isTyping(element) {
  if (!element) return false;
  if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT") return true;
  return element.tagName === "INPUT" && !["radio", "checkbox", "button"].includes(element.type);
}

document.addEventListener("keydown", (event) => {
  // While an input method composes Chinese, its keys are its own.
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const deed = deeds.get(event.key.toLowerCase());
  if (deed && deed(event) !== false) event.preventDefault();
});
