"""`scripts/*.toml`: what calls without a rep say and understand, and letters; checked at start."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.hearing import NO_KEY, Phrases
from dialer.domain.script import KEYS, Step
from dialer.domain.words import Language
from dialer.settings.env import SettingsError
from dialer.settings.rule_file import read_rules

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
    "not_needed": BEFORE_CONFIRMATION,
    "settled": BEFORE_CONFIRMATION,
    "asked_for_you": OF_THE_MATTER,
}
OF_LETTERS = (OF_THE_MATTER - {"matter"}) | {"waits_until", "unsubscribe"}
LETTERS: Mapping[str, frozenset[str]] = {"notice_subject": OF_LETTERS, "notice_body": OF_LETTERS}
# A letter must say to whom, by whom, and how to get no more of them.
ADDRESSED = ("name", "company", "unsubscribe")


@dataclass(frozen=True, kw_only=True)
class Script:
    """One language's texts, with placeholders in braces, and the phrases understood by key."""

    company: str
    texts: Mapping[str, str]
    hears: Mapping[Step, Phrases]
    letters: Mapping[str, str]


Scripts = Mapping[Language, Script]


class ScriptFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: Annotated[str, Field(min_length=1)]
    texts: dict[str, str]
    hears: dict[Step, dict[str, tuple[Annotated[str, Field(min_length=1)], ...]]]
    letters: dict[str, str]


def load_scripts(directory: Path) -> Scripts:
    """Read and check all languages. Raises SettingsError with one line."""
    return {
        language: load_script(directory / "scripts" / f"{language}.toml") for language in Language
    }


def load_script(path: Path) -> Script:
    """Read and check one language's file."""
    parsed = read_rules(path, ScriptFile)
    check_names(path, "texts", parsed.texts, PLACEHOLDERS)
    check_names(path, "letters", parsed.letters, LETTERS)
    check_order(path, parsed.texts["who"])
    check_hearing(path, parsed)
    for name in ADDRESSED:
        if "{" + name + "}" not in parsed.letters["notice_body"]:
            raise SettingsError(f"{path}: letters.notice_body: must name {name}, got none")
    return Script(**dict(parsed))


def check_names(
    path: Path, table: str, texts: Mapping[str, str], known: Mapping[str, frozenset[str]]
) -> None:
    """Every text of a table once, and each names only what it may. Raises SettingsError."""
    if set(texts) != set(known):
        wrong = sorted(set(texts) ^ set(known))[0]
        raise SettingsError(f"{path}: {table}.{wrong}: must be one of the script's texts, once")
    for name, text in texts.items():
        check_text(path, f"{table}.{name}", text, known[name])


def check_text(path: Path, key: str, text: str, known: frozenset[str]) -> None:
    """Refuse a text that is empty or names what it may not."""
    if not text.strip():
        raise SettingsError(f"{path}: {key}: must be a text, got {text!r}")
    try:
        named = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise SettingsError(f"{path}: {key}: must have closed braces, got {error}") from None
    wrong = sorted(named - known)
    if wrong:
        allowed = ", ".join(sorted(known))
        raise SettingsError(f"{path}: {key}: must name only {allowed}, got {wrong[0]}")


def check_order(path: Path, who: str) -> None:
    """The law's order: first who calls, then at once how to stop it, then the question."""
    places = [who.find(part) for part in ("{company}", "9", "1", "2")]
    if -1 in places or places != sorted(places):
        raise SettingsError(
            f"{path}: texts.who: must name the company, then key 9, then 1 and 2, got {who!r}"
        )


def check_hearing(path: Path, parsed: ScriptFile) -> None:
    """Phrases for the keys that a question takes, and for no others. Raises SettingsError."""
    for step in Step:
        given = set(parsed.hears.get(step, ()))
        wrong = sorted(given - KEYS[step] - {NO_KEY}) or sorted(KEYS[step] - given)
        if wrong:
            raise SettingsError(
                f"{path}: hears.{step}.{wrong[0]}: must be given for each key of the question, "
                "and for no other"
            )
