// How good a new password is, in words, while it is typed. The server has the last word.

const LEAST = 12;
const TONES = ["over", "late", "target", "talking"];

/** 0 too short, 1 easy to guess, 2 good enough, 3 strong. */
export function strength(password, name) {
  const folded = password.normalize("NFKC").toLowerCase();
  const characters = [...folded];
  if (characters.length < LEAST) return 0;
  const own = folded.split(name.toLowerCase() || "\u0000").join("");
  const different = new Set(own).size;
  if (different < 5 || own.length < 8 || /^[\d\W_]*\p{L}{0,8}[\d\W_]*$/u.test(folded)) return 1;
  return characters.length >= 18 && different >= 9 ? 3 : 2;
}

for (const field of document.querySelectorAll("[data-password]")) {
  const input = field.querySelector("input");
  const shown = field.querySelector(".strength");
  const bar = shown.querySelector("meter");
  const word = shown.querySelector(".strength-word");
  const { short, weak, fair, strong, password: name } = field.dataset;

  input.addEventListener("input", () => {
    const level = strength(input.value, name);
    const missing = LEAST - [...input.value].length;
    shown.hidden = input.value === "";
    shown.className = `strength tone-${TONES[level]}`;
    bar.value = level || 0.4;
    const said = [short.replace("{count}", String(missing)), weak, fair, strong][level];
    if (word.textContent !== said) word.textContent = said;
  });
}
