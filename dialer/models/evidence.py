"""What is on record about one number: how it was judged, who asked not to be called, who agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.facts import Consent, DncLists, Facts, NotThen, PastCall, Reached
from dialer.domain.limits import Basis, Key
from dialer.domain.phone import NumberFacts
from dialer.domain.windows import parse_hours
from dialer.domain.words import Mode, UserRole
from dialer.models.attempts import StoredVerdict
from dialer.models.calls import Call
from dialer.models.customers import Account, Contact, ContactNumber, PhoneNumber, Suppression
from dialer.models.people import User
from dialer.models.visibility import Condition, sees_call, sees_contact

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A stored verdict, who asked for it (None: the clock), and the call it led to, if seen."""

    row: StoredVerdict
    asker: User | None
    call_id: int | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A suppression, and who wrote it (None: the customer's own key, or a file)."""

    row: Suppression
    by: User | None


def answers_for(viewer: User) -> Condition:
    """Contacts whose numbers' evidence a user may read: a rep's own accounts, a team's, all."""
    if viewer.role is UserRole.REP:
        return Contact.account.has(Account.owner_id == viewer.id)
    return sees_contact(viewer)


def find_number(session: Session, viewer: User, number_id: int) -> PhoneNumber | None:
    """A number whose evidence the viewer may read."""
    return session.scalar(
        sa.select(PhoneNumber).where(PhoneNumber.id == number_id, may_inspect(viewer))
    )


def may_inspect(viewer: User) -> Condition:
    """Numbers of the viewer's contacts, and for those who supervise, numbers that they called."""
    if viewer.role is UserRole.ADMIN:
        return sa.true()
    held = (
        sa.select(ContactNumber.number_id)
        .join(Contact, Contact.id == ContactNumber.contact_id)
        .where(answers_for(viewer))
    )
    if viewer.role is UserRole.REP:
        return PhoneNumber.id.in_(held)
    called = sa.select(Call.number_id).where(sees_call(viewer))
    return sa.or_(PhoneNumber.id.in_(held), PhoneNumber.id.in_(called))


def find_numbers(session: Session, viewer: User, digits: str) -> Sequence[PhoneNumber]:
    """The first few numbers that contain these digits and whose evidence the viewer may read."""
    return session.scalars(
        sa.select(PhoneNumber)
        .where(PhoneNumber.e164.contains(digits, autoescape=True), may_inspect(viewer))
        .order_by(PhoneNumber.e164)
        .limit(PAGE_SIZE)
    ).all()


def holders(session: Session, viewer: User, number_id: int) -> Sequence[Contact]:
    """The contacts who have the number, as far as the viewer may see them."""
    return session.scalars(
        sa.select(Contact)
        .join(ContactNumber, ContactNumber.contact_id == Contact.id)
        .where(ContactNumber.number_id == number_id, sees_contact(viewer))
        .options(joinedload(Contact.account).joinedload(Account.owner))
        .order_by(Contact.id)
    ).all()


def judgements(
    session: Session,
    viewer: User,
    number_id: int,
    *,
    before: int | None = None,
    limit: int | None = PAGE_SIZE,
) -> list[Judgement]:
    """The number's verdicts, newest first; `before` is the last one's id of the page before."""
    rep = sa.orm.aliased(User)
    seen = sa.select(Call.id).where(Call.number_id == number_id, sees_call(viewer))
    query = (
        sa.select(StoredVerdict, User, rep)
        .outerjoin(User, User.id == StoredVerdict.asked_by_id)
        .outerjoin(Call, Call.id == StoredVerdict.call_id)
        .outerjoin(rep, rep.id == Call.rep_id)
        .where(StoredVerdict.number_id == number_id)
        .order_by(StoredVerdict.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(StoredVerdict.id < before)
    visible = set(session.scalars(seen))
    return [
        Judgement(
            row=row,
            asker=first_known(asker, caller),
            call_id=row.call_id if row.call_id in visible else None,
        )
        for row, asker, caller in session.execute(query)
    ]


def entries(session: Session, number_id: int) -> list[Entry]:
    """The number's suppressions, standing and lifted, newest first."""
    rows = session.execute(
        sa.select(Suppression, User)
        .outerjoin(User, User.id == Suppression.created_by_id)
        .where(Suppression.number_id == number_id)
        .order_by(Suppression.id.desc())
    )
    return [Entry(row=row, by=by) for row, by in rows]


def recall_facts(row: StoredVerdict, number: PhoneNumber) -> Facts:
    """The facts that a verdict was given on; an erased number keeps its description."""
    told: dict[str, Any] = row.facts
    return Facts(
        to=number.e164 or "",
        purpose=row.purpose,
        mode=row.mode,
        number=recall_number(told.get("number"), number),
        history=tuple(map(recall_call, told.get("history", ()))),
        suppressed=bool(told.get("suppressed")),
        consent=recall_consent(told),
        confirmed_zone=told.get("zone"),
        stated_zone=told.get("stated_zone"),
        address_region=told.get("address_region"),
        own_numbers=frozenset({number.e164 or ""} if told.get("own") else ()),
        person_closed=tuple(map(recall_wish, told.get("closed", ()))),
        elsewhere=bool(told.get("elsewhere")),
        dnc_lists=recall_lists(told.get("dnc_lists")),
    )


def recall_number(told: dict[str, Any] | None, number: PhoneNumber) -> NumberFacts:
    """What the number told of itself then; where that was not kept, what it tells now."""
    if told is None:
        return NumberFacts(region=number.region, kind=number.kind, zones=tuple(number.zones))
    return NumberFacts(region=told["region"], kind=told["kind"], zones=tuple(told["zones"]))


def recall_wish(told: dict[str, Any]) -> NotThen:
    """Hours that the person had asked for."""
    week = tuple(parse_hours(hours) if hours else () for hours in told["week"])
    return NotThen(week, date.fromisoformat(told["until"]) if told["until"] else None)


def recall_lists(told: dict[str, str] | None) -> DncLists | None:
    """Of which day the do-not-call lists were."""
    if told is None:
        return None
    return frozenset((country, date.fromisoformat(on)) for country, on in told.items())


def recall_call(told: dict[str, Any]) -> PastCall:
    """One past call of the history."""
    return PastCall(
        at=datetime.fromisoformat(told["at"]),
        kind=Reached(told["kind"]),
        shares=frozenset(map(Key, told["shares"])),
    )


def recall_consent(told: dict[str, Any]) -> Consent | None:
    """The consent that stood."""
    if told.get("consent") is None:
        return None
    covers = told.get("covers")
    return Consent(basis=Basis(told["consent"]), covers=Mode(covers) if covers else None)


def first_known(*users: User | None) -> User | None:
    """Who asked: whoever is on the verdict, else the rep of the call that it was asked for."""
    return next((user for user in users if user is not None), None)
