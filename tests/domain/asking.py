"""Asking the gate in a test: the shipped rules, one number, one instant."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from dialer.domain.facts import Consent, Facts, PastCall, Reached
from dialer.domain.gate import may_dial
from dialer.domain.limits import Basis, Key
from dialer.domain.policy import Policy
from dialer.domain.verdict import NotUntil, Verdict
from dialer.domain.words import Purpose
from dialer.settings.policy import load_policy

SHANGHAI = "+8613800138000"
MIAMI = "+13055550123"
NEW_YORK = "+12125550123"
HARTFORD = "+18605550123"
HOUSTON = "+17135550123"
BOISE = "+12085550123"
TORONTO = "+14165550123"
CALGARY = "+14035550123"
TOLL_FREE = "+18005550123"
BERLIN = "+4915112345678"
PARIS = "+33612345678"
MADRID = "+34612345678"
ROME = "+393123456789"
LONDON = "+447400123456"
SYDNEY_MOBILE = "+61412345678"
HONG_KONG = "+85251234567"
DUBAI = "+971501234567"
MEXICO = "+525512345678"
MOSCOW_MOBILE = "+79161234567"
TOKYO = "+819012345678"
NAIROBI = "+254712345678"

WRITTEN = Consent(basis=Basis.WRITTEN)
CONTRACT = Consent(basis=Basis.CONTRACT)


@cache
def shipped() -> Policy:
    """The rules as we ship them."""
    return load_policy(Path("config"))


def instant(text: str) -> datetime:
    """`2026-11-23 12:00` in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def ask(to: str, purpose: str, at: str, policy: Policy | None = None, **facts: Any) -> Verdict:
    """The verdict on one call."""
    planned = Facts(to=to, purpose=Purpose(purpose), **facts)
    return may_dial(planned, policy or shipped(), instant(at))


def opens(verdict: Verdict) -> str:
    """`rule until instant` of a not-until, else its word and rule."""
    if isinstance(verdict, NotUntil):
        return f"{verdict.rule} until {verdict.instant:%Y-%m-%d %H:%M:%S}"
    return f"{verdict.word} {verdict.rule}"


def past(*calls: str, shares: frozenset[Key] = frozenset(Key)) -> tuple[PastCall, ...]:
    """`2026-11-20 12:00 refusal` …, each a past call."""
    rows = (call.rsplit(" ", 1) for call in calls)
    return tuple(PastCall(at=instant(at), kind=Reached(kind), shares=shares) for at, kind in rows)
