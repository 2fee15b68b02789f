"""A month of a ledger of 2,000 customers, recounted from what the telephones and the bank saw.

Nothing here believes the product's tables: they are compared with the simulator's witness and
with the driver's own book, to the cent and to the call. The short month has some seventy customers
whose money falls due; the long one, marked chaos, three times as many.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from dialer.domain.money import Age, PaymentState, PromiseState
from dialer.domain.words import Mode, Outcome, Purpose, TaskState
from dialer.models import Allocation, Attempt, Call, CallTask, Payment, Promise, Receivable
from dialer.models.statements import statement, totals
from dialer.simulator.witness import Ring
from tests.stories.book import Debtor, Said
from tests.stories.month import BEGIN, PLACES, Month
from tests.world import World

ACCOUNTS, DAYS = 2000, 30
CLOSED_IN_BRITAIN = {date(2026, 4, 3), date(2026, 4, 6)}  # Good Friday, Easter Monday
ENDINGS = {
    "no-answer": {Outcome.NO_ANSWER},
    "failed": {Outcome.FAILED},
    "canceled": {Outcome.CANCELED},
    "completed": {Outcome.TALKED, Outcome.NO_RESPONSE, Outcome.VOICEMAIL},
}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(0.033, id="some-are-due"),
        pytest.param(0.12, id="many-are-due", marks=pytest.mark.chaos),
    ],
)
def month(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: str
) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("month")
    shutil.copyfile(sqlite_template, folder / "dialer.db")
    world = World(f"sqlite:///{folder}/dialer.db", folder / "spool", start=BEGIN)
    lived = Month(world, ACCOUNTS, share_due=request.param)
    lived.live(DAYS)
    yield lived
    world.close()


@dataclass(frozen=True)
class Rung:
    """One ring at a customer's telephone, with whose it is."""

    ring: Ring
    debtor: Debtor

    @property
    def local(self) -> datetime:
        return self.ring.at.astimezone(ZoneInfo(PLACES[self.debtor.place].zone))

    @property
    def region(self) -> str:
        return PLACES[self.debtor.place].region


def rungs(month: Month) -> list[Rung]:
    people = month.book.by_number
    return [Rung(ring, people[ring.number]) for ring in month.world.sim.rings()]


def rows(month: Month, query: sa.Select) -> list:  # type: ignore[type-arg]
    with month.world.sessions.read() as session:
        return list(session.execute(query).all())


def test_enough_happened_to_mean_something(month: Month) -> None:
    book = month.book
    assert len(rungs(month)) > 120
    assert len(book.said) > 20
    assert book.payments > 40
    assert sum(one.opted_out_at is not None for one in book.debtors.values()) >= 2
    assert {rung.region for rung in rungs(month)} == {"CN", "TW", "GB", "US-NY"}
    assert {rung.ring.ended_as for rung in rungs(month)} >= {"canceled", "no-answer", "completed"}


def test_nobody_was_called_about_money_that_had_come(month: Month) -> None:
    late = [r for r in rungs(month) if r.debtor.settled_at and r.ring.at > r.debtor.settled_at]
    assert late == []


def test_whoever_answered_after_the_money_had_come_heard_no_word_of_a_debt(month: Month) -> None:
    for debtor in month.book.debtors.values():
        if debtor.settled_at is not None:
            after = [
                sound.text
                for sound in month.world.sim.witness.heard.get(debtor.number, ())
                if sound.at > debtor.settled_at
            ]
            assert not any(debtor.reference in text for text in after)


def test_nobody_was_called_who_had_asked_not_to_be(month: Month) -> None:
    wrong = [r for r in rungs(month) if r.debtor.opted_out_at and r.ring.at > r.debtor.opted_out_at]
    assert wrong == []


def test_nobody_was_called_about_what_is_disputed(month: Month) -> None:
    wrong = [r for r in rungs(month) if r.debtor.disputed_at and r.ring.at > r.debtor.disputed_at]
    assert wrong == []


def test_nobody_was_called_outside_the_hours_or_on_a_closed_day(month: Month) -> None:
    for rung in rungs(month):
        assert 9 <= rung.local.hour < 20, rung
        if rung.region == "GB":
            assert rung.local.weekday() != 6, rung
            assert rung.local.date() not in CLOSED_IN_BRITAIN, rung


def test_no_cap_was_passed(month: Month) -> None:
    """China: six attempts a day; United States: seven in seven days, a week after a talk."""
    by_number = defaultdict[str, list[Rung]](list)
    for rung in rungs(month):
        by_number[rung.debtor.number].append(rung)
    for found in by_number.values():
        a_day = Counter(rung.local.date() for rung in found)
        assert max(a_day.values()) <= 6
        for first in found:
            week = [r for r in found if timedelta(0) <= r.ring.at - first.ring.at < timedelta(7)]
            if first.region == "US-NY" and first.local.date() > first.debtor.due_on:
                assert len(week) <= 7
                assert len(week) == 1 or not talked(month, first), first


def talked(month: Month, rung: Rung) -> bool:
    """Whether a key was pressed on the call."""
    return bool(month.pressed.get(rung.ring.call_sid))


def test_a_promise_was_quiet_until_its_day_was_over(month: Month) -> None:
    for said in month.book.said:
        early = [
            r
            for r in rungs(month)
            if r.debtor.reference == said.reference
            and r.ring.at > said.at
            and r.local.date() <= said.due_on
        ]
        assert early == [], said


def test_the_log_agrees_to_the_call(month: Month) -> None:
    logged = dict(
        rows(
            month,
            sa.select(Attempt.carrier_sid, Call.outcome)
            .join(Call, Call.id == Attempt.call_id)
            .where(Attempt.carrier_sid.is_not(None)),
        )
    )
    accepted = {post.sid for post in month.world.sim.accepted("Calls.json")}
    assert set(logged) == accepted
    for rung in rungs(month):
        assert logged[rung.ring.call_sid] in ENDINGS[rung.ring.ended_as], rung
    rang = {rung.ring.call_sid for rung in rungs(month)}
    unrung = {outcome for sid, outcome in logged.items() if sid not in rang}
    assert unrung <= {Outcome.CANCELED, Outcome.FAILED, Outcome.BUSY}


def test_every_ending_is_logged_with_an_outcome_a_disposition_and_no_loose_end(
    month: Month,
) -> None:
    query = sa.select(Call.id, Call.ended_at, Call.outcome, Call.disposition, Call.task_id)
    calls = rows(month, query)
    assert [call for call in calls if None in call] == []
    states = Counter(
        state for (state,) in rows(month, sa.select(CallTask.state).where(CallTask.tries > 0))
    )
    assert set(states) <= {
        TaskState.DONE, TaskState.WAITING, TaskState.CANCELLED, TaskState.EXPIRED,
    }  # fmt: skip


def test_no_step_of_the_ladder_was_taken_twice(month: Month) -> None:
    taken = rows(
        month,
        sa.select(CallTask.receivable_id, CallTask.step, sa.func.count(CallTask.id))
        .where(CallTask.occurrence_key.startswith("dunning:"))
        .group_by(CallTask.receivable_id, CallTask.step),
    )
    assert taken != []
    assert {count for *_, count in taken} == {1}


def test_the_ledger_agrees_to_the_cent(month: Month) -> None:
    paid = dict(rows(month, sa.select(Receivable.reference, Receivable.paid_minor)))
    assert paid == {one.reference: one.paid for one in month.book.debtors.values()}
    booked = rows(month, sa.select(sa.func.sum(Allocation.amount_minor)))
    assert booked == [(sum(one.amount for one in month.book.paid),)]
    surplus = rows(month, sa.select(sa.func.sum(Payment.surplus_minor)))
    assert surplus == [(month.book.surplus,)]
    assert rows(month, sa.select(sa.func.count(Payment.id))) == [(month.book.payments,)]


def test_what_was_doubtful_waits_for_a_person(month: Month) -> None:
    doubtful = rows(
        month,
        sa.select(sa.func.count(Payment.id)).where(Payment.state == PaymentState.DOUBTFUL),
    )
    assert doubtful == [(month.book.doubtful,)]


def test_the_statement_agrees_by_age_to_the_cent(month: Month) -> None:
    today = month.world.sim.now().date()
    with month.world.sessions.read() as session:
        shown = totals(statement(session, month.chief, today))
    expected: dict[str, dict[Age, int]] = {}
    for debtor in month.book.debtors.values():
        if not debtor.withdrawn and debtor.paid < debtor.amount:
            columns = expected.setdefault(debtor.currency, dict.fromkeys(Age, 0))
            columns[column((today - debtor.due_on).days)] += debtor.amount - debtor.paid
    assert shown == expected


def column(days: int) -> Age:
    limits = ((0, Age.CURRENT), (30, Age.TO_30), (60, Age.TO_60), (90, Age.TO_90))
    return next((age for limit, age in limits if days <= limit), Age.OVER_90)


def test_every_promise_was_judged_by_what_the_bank_says(month: Month) -> None:
    found = rows(
        month,
        sa.select(Receivable.reference, Promise.due_on, Promise.amount_minor, Promise.state)
        .join(Receivable, Receivable.id == Promise.receivable_id)
        .where(Promise.state.not_in((PromiseState.OPEN, PromiseState.CANCELLED))),
    )
    book = {(said.reference, said.due_on): said for said in month.book.said}
    assert found != []
    for reference, due_on, amount, state in found:
        said = book[(reference, due_on)]
        assert amount == said.amount
        assert state is verdict(month, said), said


def verdict(month: Month, said: Said) -> PromiseState:
    received = sum(
        paid.amount
        for paid in month.book.paid
        if paid.reference == said.reference and paid.at > said.at and paid.on <= said.due_on
    )
    if received >= said.amount:
        return PromiseState.KEPT
    return PromiseState.PARTIAL if received else PromiseState.BROKEN


def test_no_promise_of_a_key_was_lost(month: Month) -> None:
    found = set(
        rows(
            month,
            sa.select(Receivable.reference, Promise.due_on).join(
                Receivable, Receivable.id == Promise.receivable_id
            ),
        )
    )
    for said in month.book.said:
        settled = month.book.debtors[said.reference].settled_at
        if settled is None or settled - said.at > timedelta(minutes=5):
            assert (said.reference, said.due_on) in found


def test_whoever_paid_all_is_thanked_once(month: Month) -> None:
    thanked = rows(
        month,
        sa.select(Receivable.reference)
        .join(CallTask, CallTask.receivable_id == Receivable.id)
        .where(CallTask.purpose == Purpose.THANK_YOU, CallTask.mode == Mode.REP),
    )
    paid = [
        one.reference
        for one in month.book.debtors.values()
        if one.paid == one.amount and not one.withdrawn
    ]
    assert sorted(reference for (reference,) in thanked) == sorted(paid)
