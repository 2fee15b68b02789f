"""Keeps the translators' files equal to the sentences in the code: `collect` or `check`."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "dialer" / "translations"
COLLECTED = ROOT / "var" / "messages.pot"
LOCALES = ("zh_Hans_CN", "zh_Hant_TW")
KEYWORDS = ("lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2", "N_", "_l")


def main() -> int:
    extract()
    if sys.argv[1:] == ["collect"]:
        for locale in LOCALES:
            update(locale)
        return 0
    wrong = [line for locale in LOCALES for line in faults(locale)]
    print("\n".join(wrong))
    return 1 if wrong else 0


def extract() -> None:
    COLLECTED.parent.mkdir(exist_ok=True)
    keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    layout = ["--add-location=file", "--sort-by-file", "--no-wrap", "--project=dialer"]
    pybabel("extract", "-F", "pyproject.toml", *keywords, *layout, "-o", COLLECTED, "dialer")


def update(locale: str) -> None:
    verb = "update" if file_of(locale).exists() else "init"
    exact = ["--no-fuzzy-matching", "--ignore-obsolete"] if verb == "update" else []
    pybabel(verb, "-i", COLLECTED, "-d", FOLDER, "-l", locale, "--no-wrap", *exact)


def faults(locale: str) -> Iterator[str]:
    """One line for each sentence that is missing, doubtful, wrongly filled in, or unused."""
    if not file_of(locale).exists():
        yield f"{locale}: no translations: make messages"
        return
    wanted, given = read(COLLECTED), read(file_of(locale))
    for message in filter(is_sentence, wanted):
        translated = given.get(message.id, message.context)
        if translated is None or not all(strings(translated)):
            yield f"{locale}: not translated: {message.id!r}"
        elif translated.fuzzy:
            yield f"{locale}: doubtful (fuzzy): {message.id!r}"
        else:
            yield from (f"{locale}: {fault}: {message.id!r}" for fault in translated.check(given))
    for message in filter(is_sentence, given):
        if wanted.get(message.id, message.context) is None:
            yield f"{locale}: unused: {message.id!r}"
    yield from (f"{locale}: obsolete: {message!r}" for message in given.obsolete)


def is_sentence(message: Message) -> bool:
    return bool(message.id)


def strings(message: Message) -> list[str]:
    """One string, or one for each plural form."""
    given = message.string or ""
    return [given] if isinstance(given, str) else list(given)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def file_of(locale: str) -> Path:
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def pybabel(*arguments: str | Path) -> None:
    program = Path(sys.executable).parent / "pybabel"
    subprocess.run([program, "--quiet", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
