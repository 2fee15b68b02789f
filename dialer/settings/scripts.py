"""`scripts/*.toml`: what calls without a rep say, in each language; checked at start."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.words import Language
from dialer.settings.env import SettingsError
from dialer.settings.rule_file import read_toml

# What each text may name. Nothing about a debt may stand where the one who answered has not
# confirmed to be the one who is called.
BEFORE_CONFIRMATION = frozenset({"company", "name"})
OF_THE_MATTER = BEFORE_CONFIRMATION | {"owner", "matter", "reference", "amount", "due_on"}
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "press_one": frozenset(),
    "apology": frozenset(),
    "who": BEFORE_CONFIRMATION,
    "matter_reminder": OF_THE_MATTER,
    "keys_reminder": OF_THE_MATTER,
    "matter_collection": OF_THE_MATTER,
    "keys_collection": OF_THE_MATTER,
    "dates": OF_THE_MATTER,
    "confirmed": OF_THE_MATTER,
    "promised": OF_THE_MATTER | {"promise_on"},
    "paid": OF_THE_MATTER,
    "disputed": OF_THE_MATTER,
    "stopped": BEFORE_CONFIRMATION,
    "not_you": BEFORE_CONFIRMATION,
    "connecting": OF_THE_MATTER,
    "call_back": OF_THE_MATTER,
    "goodbye": BEFORE_CONFIRMATION,
    "voicemail": BEFORE_CONFIRMATION,
}


@dataclass(frozen=True, kw_only=True)
class Script:
    """One language's texts, with placeholders in braces."""

    company: str
    texts: Mapping[str, str]


Scripts = Mapping[Language, Script]


def load_scripts(directory: Path) -> Scripts:
    """Read and check all languages. Raises SettingsError with one line."""
    return {
        language: load_script(directory / "scripts" / f"{language}.toml") for language in Language
    }


def load_script(path: Path) -> Script:
    """Read and check one language's file."""
    parsed = read_toml(path)
    company, texts = parsed.pop("company", None), parsed.pop("texts", None)
    if not isinstance(company, str) or not company:
        raise SettingsError(f"{path}: company: must be a name, got {company!r}")
    if parsed:
        raise SettingsError(f"{path}: {next(iter(parsed))}: must be company or texts, got this key")
    if not isinstance(texts, dict) or set(texts) != set(PLACEHOLDERS):
        given = set(texts) if isinstance(texts, dict) else set()
        wrong = sorted(given ^ set(PLACEHOLDERS))[0]
        raise SettingsError(f"{path}: texts.{wrong}: must be one of the script's texts, once")
    for name, text in texts.items():
        check_text(path, name, text)
    return Script(company=company, texts=texts)


def check_text(path: Path, name: str, text: object) -> None:
    """Refuse a text that is empty or names what it may not."""
    if not isinstance(text, str) or not text.strip():
        raise SettingsError(f"{path}: texts.{name}: must be a text, got {text!r}")
    try:
        named = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise SettingsError(f"{path}: texts.{name}: must have closed braces, got {error}") from None
    wrong = sorted(named - PLACEHOLDERS[name])
    if wrong:
        allowed = ", ".join(sorted(PLACEHOLDERS[name]))
        raise SettingsError(f"{path}: texts.{name}: must name only {allowed}, got {wrong[0]}")
