// The page's words in the reader's language; `word("manners.busy")` looks into the table.

let table = {};

export function word(path) {
  const found = path.split(".").reduce((at, step) => (at ? at[step] : undefined), table);
  return typeof found === "string" ? found : path.split(".").pop();
}

export async function speak(language) {
  const query = language ? `?language=${encodeURIComponent(language)}` : "";
  table = await (await fetch(`/simulator/words${query}`)).json();
  document.documentElement.lang = table.tag;
  document.title = word("title");
  label(document);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === table.tag));
  }
}

export function label(root) {
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", word(node.dataset.label));
  }
}
