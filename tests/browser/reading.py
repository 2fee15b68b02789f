"""What a page says, sentence by sentence, as far as it is in the wrong language."""

import re
from collections.abc import Iterable

from playwright.sync_api import Page

# The law's own words, codes and keys stand as they are in every language.
SENTENCES = """() => {
  const skipped = "script, style, code, kbd, svg, [lang=en], datalist, textarea, template";
  const said = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && !walker.currentNode.parentElement.closest(skipped)) said.push(text);
  }
  for (const name of ["aria-label", "title", "placeholder", "data-says"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      if (!node.closest(skipped)) said.push(node.getAttribute(name));
    }
  }
  return [document.title, ...said];
}"""
# Written so in Chinese too: formats, standards, zones, versions, and what a field shows as a model.
LATIN_KEPT = re.compile(
    r"\b(?:CSV|XLSX|csv|xlsx|camt|Excel|JSON|API|ID|IP|UTC|QR|SMS|MB|tzdata|phonenumbers"
    r"|Ctrl|Enter|Shift|Tab|Esc"
    r"|Chrome|Firefox|Safari|Edge|Linux|Windows|macOS|Android|iOS"
    r"|[A-Z][A-Za-z_]+/[A-Z][\w/+-]+|[\w.]+\.(?:toml|csv|xlsx|py)"
    r"|[A-Z]{2}-[A-Z]{2,3}|[A-Z]{2,3}(?:\b|(?=[$¥])))"
)
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def strangers(page: Page, language: str, names: Iterable[str]) -> list[str]:
    """The sentences with words of another language, apart from the names of people and firms."""
    said = page.evaluate(SENTENCES)
    wrong = LATIN if language.startswith("zh") else CHINESE
    return sorted({text for text in said if wrong.search(without(text, names))})


def without(text: str, names: Iterable[str]) -> str:
    text = LATIN_KEPT.sub("", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text
