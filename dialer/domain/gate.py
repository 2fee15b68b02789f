"""The one decision before every dial: may this call be placed, and if not, when?

Pure: the same facts, policy and instant give the same answer, whoever asks. Law hours must hold
in all zones in which the called party may be, the purpose's in the best known one.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from dialer.domain.caps import as_micros, holds_on
from dialer.domain.facts import Consent, Facts, PastCall, Reached
from dialer.domain.ground import Ground, Question, source_of, stand
from dialer.domain.openings import first_opening, is_open
from dialer.domain.phone import NotANumber, describe
from dialer.domain.policy import Law, Policy
from dialer.domain.reasons import blocks, forbids, lacking_data
from dialer.domain.verdict import Allowed, Never, NotUntil, Verdict

__all__ = [
    "Allowed",
    "Consent",
    "Facts",
    "Never",
    "NotUntil",
    "PastCall",
    "Reached",
    "Verdict",
    "may_dial",
    "verdicts",
]

UNDIALABLE_KINDS: Final = frozenset({"premium_rate", "satellite"})
# With a North American number's area code, which its first five characters hold, what decides
# for whoever has no facts of their own. (In C: this is read once for each of a million contacts.)
COMMON: Final = attrgetter(
    "number", "purpose", "mode", "consent", "address_region", "confirmed_zone", "stated_zone",
    "person_closed", "dnc_lists",
)  # fmt: skip


def may_dial(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """Whether the call may be placed at `now` (aware), and if not, when or why never.

    Raises ValueError for an unknown region or zone in the facts, or a naive `now`.
    """
    refusal = refuse(facts, policy)
    if refusal is not None:
        return refusal
    ground = stand(policy, question_of(facts, policy))
    if isinstance(ground, Never):
        return ground
    return stale_list(ground, facts, policy, now) or judge(ground, facts, as_micros(now))


def verdicts(many: Iterable[Facts], policy: Policy, now: datetime) -> Iterator[Verdict]:
    """The same answers, in order, for many calls at one instant.

    All that have nothing of their own, and the rest in common, share the first one's answer: most
    contacts cost a look-up, those with a history a judgement.
    """
    shared: dict[tuple[Any, ...], Verdict] = {}
    for facts in many:
        if has_own_facts(facts):
            yield may_dial(facts, policy, now)
            continue
        common = (facts.to[:5], COMMON(facts))
        known = shared.get(common)
        if known is None:
            known = shared[common] = may_dial(facts, policy, now)
        yield known


def has_own_facts(facts: Facts) -> bool:
    """Whether something counts that is not in COMMON."""
    return (
        facts.suppressed
        or facts.number is None
        or bool(facts.history)
        or facts.to in facts.own_numbers
    )


def refuse(facts: Facts, policy: Policy) -> Never | None:
    """Why this number is not dialled at all: by its nature, or by its owner's wish."""
    why = undialable(facts, policy)
    if why is not None:
        return Never(rule="number", params={"why": why})
    return Never(rule="suppressed") if facts.suppressed else None


def undialable(facts: Facts, policy: Policy) -> str | None:
    """What makes a number one that is never dialled."""
    if facts.to in facts.own_numbers:
        return "own"
    try:
        number = facts.number or describe(facts.to)
    except NotANumber:
        return "invalid"
    if number.kind in UNDIALABLE_KINDS:
        return number.kind
    return None if number.country in policy.dial.countries else "country"


def question_of(facts: Facts, policy: Policy) -> Question:
    """What of the facts decides the ground."""
    area = facts.to[2:5] if facts.to.startswith("+1") else None
    return Question(
        number=facts.number or describe(facts.to),
        purpose=facts.purpose,
        mode=facts.mode,
        consent=facts.consent,
        address_region=facts.address_region,
        confirmed_zone=facts.confirmed_zone,
        stated_zone=facts.stated_zone,
        area_code=area if area in policy.area_codes else None,
        person_closed=facts.person_closed,
    )


def stale_list(ground: Ground, facts: Facts, policy: Policy, now: datetime) -> Never | None:
    """The do-not-call list that is missing or too old for a sales call."""
    if facts.dnc_lists is None or ground.purpose.law != Law.SALES:
        return None
    dates = dict(facts.dnc_lists)
    for country in ground.countries:
        checked_on, days = dates.get(country), policy.dial.list_days.get(country)
        missing = checked_on is None and country in policy.dial.lists_required
        old = checked_on is not None and days is not None and (now.date() - checked_on).days > days
        if missing or old:
            return Never(
                rule=f"dnc_list:{country}",
                zones=ground.zones,
                params={
                    "country": country,
                    "checked_on": checked_on and str(checked_on),
                    "days": days,
                },
            )
    return None


def judge(ground: Ground, facts: Facts, moment: int) -> Verdict:
    """The hours and the history, at a moment (microseconds since 1970)."""
    holds = holds_on(ground, facts)
    if is_open(ground, moment) and not any(hold.blocks(moment) for hold in holds):
        return ground.allowed
    lacking = lacking_data(ground, moment)
    if lacking is not None:
        return Never(
            rule=f"holiday_data:{lacking.id}", zones=ground.zones, params=source_of(lacking)
        )
    opening = first_opening(ground, holds, moment)
    if opening is None:
        rule, params = forbids(ground, holds, moment)
        return Never(rule=rule, zones=ground.zones, params=params)
    rule, params = blocks(ground, holds, moment)
    instant = datetime.fromtimestamp(opening, UTC)
    return NotUntil(instant=instant, rule=rule, zones=ground.zones, params=params)
