"""A user's browser as a phone: which tab it is, and the pass that the carrier wants to see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.words import PhoneMode
from dialer.models import User, UserSession
from dialer.models.browser_phones import FRESH, BrowserPhone, client_of, current_leg
from dialer.people.log_in import is_open, secret_hash
from dialer.people.users import audit
from dialer.runtime import Runtime

PASS_LASTS = timedelta(minutes=15)
# So long a tab may take from one page to the next before another tab gets its phone.
MOVE = timedelta(seconds=6)


class NoBrowserPhone(Exception):
    """The user wants to be rung elsewhere, or this installation has no key for browsers."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """What a browser shows the carrier; it cannot be taken back, so it is short."""

    token: str
    identity: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Whether the asking tab is the phone; if not, which browser is, and since when."""

    is_mine: bool
    device: str = ""
    since: datetime | None = None


def give_pass(rt: Runtime, user: User) -> Pass:
    """A fresh pass for the user's own phone. Raises NoBrowserPhone."""
    refuse_telephone(rt, user)
    now = rt.now()
    token = rt.carrier.give_pass(client_of(user.id), now, now + PASS_LASTS)
    return Pass(token=token, identity=client_of(user.id), seconds=int(PASS_LASTS.total_seconds()))


def refuse_telephone(rt: Runtime, user: User) -> None:
    """Raises NoBrowserPhone where this user's phone is no browser."""
    if not rt.settings.has_browser_phone or user.phone_mode is PhoneMode.TELEPHONE:
        raise NoBrowserPhone


def claim_phone(
    rt: Runtime, user: User, secret: str, tab: str, *, is_ready: bool, takes: bool = False
) -> Claim:
    """Say that a tab is alive: it becomes the phone if no other is, or if it `takes` it.

    Nobody takes a phone away that rings or talks.

    `secret` is the session's; its end ends the phone. Raises NoBrowserPhone.
    """
    refuse_telephone(rt, user)
    now = rt.now()
    with rt.sessions.write() as session:
        session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
        phone = session.get(BrowserPhone, user.id)
        if phone is not None and phone.tab != tab and is_held(session, phone, now, takes):
            return describe(session, phone)
        session_id = find_session_id(session, secret, now)
        phone = phone or BrowserPhone(user_id=user.id)
        if phone.tab != tab:
            phone.tab, phone.claimed_at = tab, now
        phone.session_id, phone.is_ready, phone.seen_at = session_id, is_ready, now
        session.add(phone)
        return Claim(is_mine=True, since=phone.claimed_at)


def find_session_id(session: Session, secret: str, now: datetime) -> int | None:
    """The session of a secret, if it lasts."""
    return session.scalar(
        sa.select(UserSession.id)
        .join(UserSession.user)
        .where(UserSession.secret_hash == secret_hash(secret), is_open(now))
    )


def is_held(session: Session, phone: BrowserPhone, now: datetime, takes: bool) -> bool:
    """Whether the tab that has the phone is still there, and needs it where another `takes` it."""
    owner = session.get(UserSession, phone.session_id) if phone.session_id else None
    if phone.seen_at <= now - FRESH or owner is None or owner.revoked_at is not None:
        return False
    return not takes or current_leg(session, phone.user_id) is not None


def describe(session: Session, phone: BrowserPhone) -> Claim:
    """Who has the phone."""
    owner = session.get(UserSession, phone.session_id) if phone.session_id else None
    return Claim(is_mine=False, device=owner.user_agent if owner else "", since=phone.claimed_at)


def leave_phone(rt: Runtime, user_id: int, tab: str) -> bool:
    """The tab is closing; True if it was the phone. Another one may take its place soon."""
    with rt.sessions.write() as session:
        phone = session.get(BrowserPhone, user_id)
        if phone is None or phone.tab != tab:
            return False
        phone.is_ready, phone.seen_at = False, rt.now() - FRESH + MOVE
        return True


def choose_phone(rt: Runtime, user_id: int, mode: PhoneMode, *, answers_itself: bool) -> None:
    """What is rung for a user from now on."""
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id)
        user.phone_mode, user.answers_itself = mode, answers_itself
        audit(session, rt.now(), user_id, "user.phone", user_id, mode=mode)


def set_telephone(rt: Runtime, user_id: int, phone: str | None, *, presses_one: bool) -> None:
    """A user's own telephone (E.164), and whether it must press 1 before the customer is rung."""
    with rt.sessions.write() as session:
        user = session.get_one(User, user_id)
        user.phone, user.press_one = phone, presses_one
        audit(session, rt.now(), user_id, "user.telephone", user_id)
