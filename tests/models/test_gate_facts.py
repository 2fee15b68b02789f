"""What people asked for and how old lists are: told to the gate, alone and in bulk, and kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.calling.errors import Refused
from dialer.calling.gate import ask_gate
from dialer.calling.suppress import suppress
from dialer.domain.facts import Facts, NotThen
from dialer.domain.gate import may_dial
from dialer.domain.windows import parse_hours
from dialer.domain.words import Mode, Purpose, SuppressionReason, TaskState, UserRole
from dialer.models import (
    AuditEntry,
    CallTask,
    ClosedHours,
    Contact,
    ContactNumber,
    StoredVerdict,
    User,
)
from dialer.models.customers import PhoneNumber
from dialer.models.evidence import recall_facts
from dialer.models.facts import Planned, load_facts
from dialer.models.gate_facts import load_wishes
from dialer.models.many_facts import Question, Target, load_many_facts, load_target_facts
from dialer.models.unreachable import find_unreachable
from dialer.selling.agreed_times import keep_agreed_times
from dialer.selling.closed_hours import Closed, check, close_hours, open_hours
from dialer.selling.contacts import update_contact
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.lists import NewList, register_list
from tests.make import MARIA, REP_PHONE, ZHANG_WEI, make_account, make_contact, make_task, make_user
from tests.world import World

MONDAYS = Closed(weekdays=frozenset({1}), from_minute=600, to_minute=720, reason="market day")
ALWAYS = Closed(weekdays=frozenset(range(1, 8)), from_minute=0, to_minute=1440)


def rep(world: World) -> User:
    return world.user(world.here.rep_id)


def close(world: World, closed: Closed = MONDAYS) -> int:
    return close_hours(world.rt, rep(world), world.here.contact_id, closed)


def planned(world: World, **fields: Any) -> Planned:
    usual = Planned(
        number_id=world.here.number_id, contact_id=world.here.contact_id,
        purpose=Purpose.FOLLOW_UP, mode=Mode.REP, own_numbers=world.rt.settings.caller_ids,
        now=world.rt.now(),
    )  # fmt: skip
    return replace(usual, **fields)


def facts_now(world: World) -> Facts:
    with world.sessions.read() as session:
        return load_facts(session, planned(world))


def follow_up(world: World) -> str:
    verdict = ask_gate(
        world.rt, number_id=world.here.number_id, contact_id=world.here.contact_id,
        purpose=Purpose.FOLLOW_UP, mode=Mode.REP,
    )  # fmt: skip
    return verdict.rule


def last_deed(world: World) -> AuditEntry:
    with world.sessions.read() as session:
        return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()  # type: ignore[return-value]


def test_hours_that_a_person_asked_for_stop_the_next_call_to_the_person(world: World) -> None:
    close(world)
    with pytest.raises(Refused) as refused:
        world.click()
    assert refused.value.verdict.rule == "person_hours"
    with world.sessions.read() as session:
        nobody = load_facts(session, planned(world, contact_id=None))
    assert nobody.person_closed == ()


def test_hours_are_given_up_again_and_both_are_on_record(world: World) -> None:
    row_id = close(world)
    detail = {"weekdays": "1", "from": "10:00", "to": "12:00", "until": None,
              "reason": "market day"}  # fmt: skip
    assert (last_deed(world).action, last_deed(world).detail) == ("contact.close_hours", detail)
    assert last_deed(world).subject_id == world.here.contact_id
    open_hours(world.rt, rep(world), world.here.contact_id, row_id)
    assert (last_deed(world).action, last_deed(world).detail) == ("contact.open_hours", detail)
    assert follow_up(world) == "ok"


def test_what_is_over_everywhere_is_not_told(world: World) -> None:
    today = world.rt.now().date()
    with world.sessions.write() as session:
        for days in (-2, -1, 0):
            session.add(
                ClosedHours(
                    contact_id=world.here.contact_id,
                    weekdays="1234567",
                    from_minute=0,
                    to_minute=60 - days,
                    until_on=today + timedelta(days=days),
                    created_at=world.rt.now(),
                )
            )
    with world.sessions.read() as session:
        wishes = load_wishes(session, [world.here.contact_id], world.rt.now())
    assert [wish.last_on for wish in wishes[world.here.contact_id]] == [
        today - timedelta(days=1), today,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": frozenset()}, "weekdays"),
        ({"weekdays": frozenset({0})}, "weekdays"),
        ({"weekdays": frozenset({8})}, "weekdays"),
        ({"from_minute": 720}, "to"),
        ({"from_minute": -1}, "to"),
        ({"to_minute": 1441}, "to"),
        ({"until_on": date(2026, 2, 28)}, "until"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_hours_that_close_nothing_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as refused:
        check(replace(MONDAYS, **changes), date(2026, 3, 2))
    assert refused.value.field == field


def test_nobody_closes_a_contact_wrongly_or_without_end(world: World) -> None:
    with pytest.raises(BadValue):
        close(world, replace(MONDAYS, from_minute=720))
    for _ in range(20):
        close(world)
    with pytest.raises(BadValue):
        close(world)
    assert len(facts_now(world).person_closed) == 20


def test_only_those_who_may_change_a_contact_close_and_open_it(world: World) -> None:
    row_id = close(world)
    other = world.user(world.here.other_rep_id)
    with pytest.raises(NotAllowed):
        close_hours(world.rt, other, world.here.contact_id, MONDAYS)
    with pytest.raises(NotAllowed):
        open_hours(world.rt, other, world.here.contact_id, row_id)
    with world.sessions.write() as session:
        maria = make_contact(session, world.rt.now(), None, "Maria", MARIA).id
    with pytest.raises(NotFound):
        open_hours(world.rt, rep(world), maria, row_id)
    assert follow_up(world) == "person_hours"


def test_a_number_described_by_older_zone_data_is_described_anew(world: World) -> None:
    with world.sessions.write() as session:
        number = session.get_one(PhoneNumber, world.here.number_id)
        number.zone_data, number.zones = "tzdata 2025.2, phonenumbers 9.0.1", ["America/New_York"]
    with world.sessions.read() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        target = Target(contact=contact, number=contact.numbers[0], purpose=Purpose.CARE)
        (many,) = load_target_facts(session, [target], frozenset(), world.rt.now())
    for facts in (facts_now(world), many):
        assert may_dial(facts, world.rt.policy, world.rt.now()).zones == ("Asia/Shanghai",)


def test_an_agreed_time_moves_with_the_zone_data(world: World) -> None:
    wall, zone = "2026-11-22T20:00", "America/Vancouver"  # no autumn change from 2026 on
    old, new = datetime(2026, 11, 23, 4, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        for fields in ({}, {"ready_at": old}, {"tries": 1}, {"state": TaskState.DONE},
                       {"due_local": None}):  # fmt: skip
            told = {"due_at": old, "due_local": wall, "due_zone": zone, **fields}
            make_task(session, world.rt.now(), contact, **told)
        make_task(session, world.rt.now(), contact, due_at=world.rt.now(), due_local=wall,
                  due_zone=zone)  # fmt: skip
    assert (keep_agreed_times(world.rt), keep_agreed_times(world.rt)) == (2, 0)
    with world.sessions.read() as session:
        tasks = session.scalars(sa.select(CallTask).order_by(CallTask.id)).all()
    assert [task.due_at for task in tasks] == [new, new, old, old, old, world.rt.now()]
    assert [task.ready_at for task in tasks[:2]] == [None, new]


def fill(world: World) -> list[int]:
    """Contacts who differ in every fact; ids in order."""
    now, user = world.rt.now(), rep(world)
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(9)
    world.click()
    world.advance(25)
    close(world)
    register_list(world.rt, user, NewList(country="US", as_of_on=date(2026, 2, 1), numbers=7))
    with world.sessions.write() as session:
        account = make_account(session, now, "South", owner_id=user.id, address_region="US-CA")
        maria = make_contact(session, now, account, "Maria", MARIA, stated_zone="Asia/Tokyo").id
        shared = make_contact(session, now, None, "Twin", ZHANG_WEI, address_region="DE").id
        li_na = make_contact(session, now, account, "Li Na", "+13055550143",
                             consent={"basis": "written", "covers": "rep"})  # fmt: skip
        blocked, silent = li_na.numbers[0].id, make_contact(session, now, account, "No number")
        session.execute(sa.delete(ContactNumber).where(ContactNumber.contact_id == silent.id))
        ids = [world.here.contact_id, maria, shared, li_na.id, silent.id]
    update_contact(world.rt, user, maria, {"elsewhere": (MARIA,)})
    suppress(world.rt, blocked, SuppressionReason.OPT_OUT, "page")
    return ids


def test_many_are_told_what_each_is_told_alone(world: World) -> None:
    *ids, silent = fill(world)
    own = frozenset(world.rt.settings.caller_ids)
    question = Question(purpose=Purpose.CARE, own_numbers=own, now=world.rt.now())
    with world.sessions.read() as session:
        contacts = [session.get_one(Contact, contact_id) for contact_id in (*ids, silent)]
        many = load_many_facts(session, contacts, question)
        alone = {
            contact.id: load_facts(
                session,
                planned(world, contact_id=contact.id, number_id=contact.numbers[0].id,
                        purpose=Purpose.CARE),
            )
            for contact in contacts
            if contact.numbers
        }  # fmt: skip
    assert many == alone
    first, maria, twin, li_na = (many[contact_id] for contact_id in ids)
    assert first.person_closed == (NotThen((parse_hours("10:00-12:00"), *[()] * 6)),)
    assert (first.elsewhere, maria.elsewhere, li_na.suppressed) == (False, True, True)
    assert len(first.history) == len(twin.history) == 1
    assert maria.dnc_lists == frozenset({("US", date(2026, 2, 1))})


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(world.sessions.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(world.sessions.engine, "before_cursor_execute", note)


def test_many_take_no_more_queries_than_one(world: World) -> None:
    with world.sessions.read() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        one = Target(contact=contact, number=contact.numbers[0], purpose=Purpose.CARE)
        _ = contact.account
        taken = []
        for targets in ([one], [one] * 100):
            with counted(world) as sent:
                load_target_facts(session, targets, frozenset(), world.rt.now())
            taken.append(len(sent))
    assert taken[0] == taken[1]


def test_a_stored_verdict_is_replayed_from_its_own_facts(world: World) -> None:
    ids = fill(world)
    world.skip(3600)
    told = []
    for contact_id in ids[:4]:
        with world.sessions.read() as session:
            number_id = session.get_one(Contact, contact_id).numbers[0].id
        with pytest.raises(Refused) as refused:
            world.click(contact_id=contact_id, number_id=number_id, purpose=Purpose.CLOSING)
        told.append(refused.value.verdict)
    with world.sessions.write() as session:
        session.execute(sa.delete(ClosedHours))
    with world.sessions.read() as session:
        rows = session.scalars(
            sa.select(StoredVerdict).order_by(StoredVerdict.id.desc()).limit(4)
        ).all()
        for row, was in zip(reversed(rows), told, strict=True):
            number = session.get_one(PhoneNumber, row.number_id)
            assert may_dial(recall_facts(row, number), world.rt.policy, row.at) == was


def test_what_was_asked_for_and_the_lists_stand_in_the_record(world: World) -> None:
    fill(world)
    facts = facts_now(world)
    with pytest.raises(Refused):
        world.click()
    with world.sessions.read() as session:
        row = session.scalars(
            sa.select(StoredVerdict).order_by(StoredVerdict.id.desc()).limit(1)
        ).one()
        number = session.get_one(PhoneNumber, row.number_id)
    assert row.facts["closed"] == [{"week": ["10:00-12:00", *[""] * 6], "until": None}]
    assert row.facts["dnc_lists"] == {"US": "2026-02-01"}
    assert recall_facts(row, number) == replace(facts, own_numbers=frozenset())


def test_a_verdict_of_before_these_were_kept_is_replayed_without_them(world: World) -> None:
    with pytest.raises(Refused):
        world.click(purpose=Purpose.CLOSING)
    with world.sessions.write() as session:
        row = session.scalars(sa.select(StoredVerdict)).one()
        row.facts = {k: v for k, v in row.facts.items()
                     if k not in ("own", "closed", "elsewhere", "dnc_lists")}  # fmt: skip
        session.flush()
        facts = recall_facts(row, session.get_one(PhoneNumber, row.number_id))
    assert (facts.person_closed, facts.elsewhere, facts.dnc_lists) == ((), False, None)


def register(world: World, as_of: date, country: str = "US") -> int:
    new = NewList(country=country, as_of_on=as_of, numbers=3)
    return register_list(world.rt, rep(world), new)


def call_maria(world: World) -> str:
    with world.sessions.write() as session:
        found = session.scalar(sa.select(Contact).where(Contact.name == "Maria"))
        maria = found or make_contact(session, world.rt.now(), None, "Maria", MARIA)
        contact_id, number_id = maria.id, maria.numbers[0].id
    verdict = ask_gate(
        world.rt, number_id=number_id, contact_id=contact_id, purpose=Purpose.CARE, mode=Mode.REP
    )
    return verdict.rule.partition(":")[0]


def test_a_stale_list_stops_sales_into_its_country_until_a_newer_comes(world: World) -> None:
    world.skip(13 * 3600)  # Monday morning in Miami, 2 March
    assert call_maria(world) == "ok"
    register(world, date(2026, 1, 29))
    assert call_maria(world) == "dnc_list"
    register(world, date(2026, 1, 1))
    assert call_maria(world) == "dnc_list"
    register(world, date(2026, 2, 1))
    assert call_maria(world) == "ok"
    register(world, date(2026, 1, 1))
    assert call_maria(world) == "ok"
    detail = {"country": "US", "as_of": "2026-01-01", "numbers": 3}
    assert (last_deed(world).action, last_deed(world).detail) == ("dnc_list.register", detail)


def test_a_list_that_cannot_be_is_refused(world: World) -> None:
    right = NewList(country="US", as_of_on=date(2026, 3, 3), numbers=0)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"country": "KE"}, "country"), ({"country": "US-TX"}, "country"),
        ({"as_of_on": date(2026, 3, 4)}, "as_of"), ({"numbers": -1}, "numbers"),
    )  # fmt: skip
    for changes, field in wrong:
        with pytest.raises(BadValue) as refused:
            register_list(world.rt, rep(world), replace(right, **changes))
        assert refused.value.field == field
    assert register_list(world.rt, rep(world), right) == 1


def test_those_whom_no_hour_or_list_lets_through_are_listed(world: World) -> None:
    with world.sessions.write() as session:
        make_contact(session, world.rt.now(), None, "Maria", MARIA)
        boss = make_user(session, world.rt.now(), "boss", role=UserRole.ADMIN)
    question = Question(purpose=Purpose.CARE, own_numbers=frozenset(), now=world.rt.now())

    def rules() -> list[str]:
        with world.sessions.read() as session:
            found = find_unreachable(session, boss, world.rt.policy, question)
        return [row.verdict.rule for row in found.rows]

    assert rules() == []
    close(world, ALWAYS)
    register(world, date(2026, 1, 1))
    assert rules() == ["never_open:care", "dnc_list:US"]
