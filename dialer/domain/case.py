"""One case as JSON: parsed strictly, asked, answered. The same for the command and the API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from dialer.domain.facts import Consent, Facts, PastCall, Reached
from dialer.domain.gate import may_dial
from dialer.domain.ground import known_zone
from dialer.domain.limits import Basis
from dialer.domain.phone import NotDialable, normalise
from dialer.domain.policy import Policy
from dialer.domain.verdict import Never, NotUntil, Verdict
from dialer.domain.words import Mode, Purpose

REQUIRED: Final = ("to", "purpose", "at")
OPTIONAL: Final = ("zone", "address_region", "mode", "history", "suppressed", "consent")
YEARS: Final = range(1900, 9000)
EVERY_MODE: Final = "all"

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


class CaseError(ValueError):
    """A case that is no question: the message names the field, what it must be, and what it was."""

    def __init__(self, field: str, wanted: str, got: object) -> None:
        """Compose the line."""
        super().__init__(f"{field}: must be {wanted}, got {got!r}")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question to the gate."""

    facts: Facts
    at: datetime


def answer(
    case: object,
    policy: Policy,
    explain: Callable[[Verdict], str],
    *,
    default_region: str,
    own_numbers: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """`{verdict, rule, not_until, zones, explain}` of one case (a JSON object).

    Raises ValueError, with one clear line, for what is no question.
    """
    try:
        question = parse_case(case, policy, default_region, own_numbers)
    except NotDialable as refusal:
        return render(Never(rule="number", params={"why": refusal.code}), explain)
    return render(may_dial(question.facts, policy, question.at), explain)


def render(verdict: Verdict, explain: Callable[[Verdict], str]) -> dict[str, Any]:
    """The verdict as JSON."""
    instant = verdict.instant if isinstance(verdict, NotUntil) else None
    return {
        "verdict": verdict.word,
        "rule": verdict.rule,
        "not_until": instant and instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "zones": list(verdict.zones),
        "explain": explain(verdict),
    }


def parse_case(
    case: object, policy: Policy, default_region: str, own_numbers: frozenset[str]
) -> Case:
    """The facts of a JSON object. Raises CaseError, NumberError and their kind (ValueError)."""
    fields = table("case", case, REQUIRED, OPTIONAL)
    region = optional(fields, "address_region", text)
    if region is not None:
        policy.regions.lineage(region)
    zone = optional(fields, "zone", text)
    facts = Facts(
        to=normalise(text("to", fields["to"]), default_region),
        purpose=word("purpose", fields["purpose"], Purpose),
        mode=optional(fields, "mode", parse_mode) or Mode.REP,
        history=optional(fields, "history", parse_history) or (),
        suppressed=optional(fields, "suppressed", flag) or False,
        consent=optional(fields, "consent", parse_consent),
        confirmed_zone=zone if zone is None else known_zone(zone),
        address_region=region,
        own_numbers=own_numbers,
    )
    return Case(facts=facts, at=instant("at", fields["at"]))


def table(
    name: str, value: object, required: tuple[str, ...], others: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    """An object with these keys and no others."""
    if not isinstance(value, Mapping):
        raise CaseError(name, "an object", value)
    unknown = next((key for key in value if key not in (*required, *others)), None)
    if unknown is not None:
        raise CaseError(name, f"an object with {', '.join((*required, *others))}", unknown)
    missing = next((key for key in required if key not in value), None)
    if missing is not None:
        raise CaseError(missing, "given", None)
    return value


def optional(
    fields: Mapping[str, Any], name: str, parse: Callable[[str, object], Value]
) -> Value | None:
    """A field that may be absent or null."""
    value = fields.get(name)
    return None if value is None else parse(name, value)


def text(name: str, value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise CaseError(name, "a text", value)
    return value


def flag(name: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise CaseError(name, "true or false", value)
    return value


def word(name: str, value: object, words: type[Word]) -> Word:
    """One of a few words."""
    if not isinstance(value, str) or value not in set(words):
        raise CaseError(name, "one of " + ", ".join(words), value)
    return words(value)


def parse_mode(name: str, value: object) -> Mode:
    """Who talks on our side."""
    return word(name, value, Mode)


def instant(name: str, value: object) -> datetime:
    """An RFC 3339 instant, in UTC. Raises CaseError for an impossible or a naive one."""
    wanted = "an instant such as 2026-11-22T12:30:00Z"
    try:
        at = datetime.fromisoformat(text(name, value))
    except ValueError:
        raise CaseError(name, wanted, value) from None
    if at.tzinfo is None or at.year not in YEARS:
        raise CaseError(name, wanted, value)
    return at.astimezone(UTC)


def parse_history(name: str, value: object) -> tuple[PastCall, ...]:
    """`[{"at", "kind"}]`."""
    if not isinstance(value, list):
        raise CaseError(name, "a list", value)
    rows = (table(name, row, ("at", "kind")) for row in value)
    return tuple(
        PastCall(
            at=instant(f"{name}.at", row["at"]), kind=word(f"{name}.kind", row["kind"], Reached)
        )
        for row in rows
    )


def parse_consent(name: str, value: object) -> Consent:
    """`{"basis", "covers"}`."""
    fields = table(name, value, ("basis", "covers"))
    basis = word(f"{name}.basis", fields["basis"], Basis)
    covers = text(f"{name}.covers", fields["covers"])
    if covers == EVERY_MODE:
        return Consent(basis=basis)
    if covers not in set(Mode):
        raise CaseError(f"{name}.covers", f"one of {', '.join((*Mode, EVERY_MODE))}", covers)
    return Consent(basis=basis, covers=Mode(covers))
