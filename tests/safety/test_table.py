"""The guards of the at-most-once table, one by one, at the doors that take its steps."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from dialer.calling.answer import answer_voice
from dialer.calling.dial_task import dial_due_tasks, take_up
from dialer.calling.place import claim, intend, place_leg
from dialer.calling.suppress import suppress
from dialer.carrier.failures import classify_answer
from dialer.carrier.port import CarrierRefused, CarrierUncertain, Placed
from dialer.domain.instruction import HangUp
from dialer.domain.words import (
    AttemptState,
    IncidentKind,
    LegStatus,
    Outcome,
    SuppressionReason,
    TaskState,
)
from dialer.models import Attempt, Call
from tests.make import LI_NA, MARIA, ZHANG_WEI
from tests.safety.scenes import (
    after,
    change,
    dial,
    incidents,
    refusing,
    remind,
    rings,
    run,
    steps,
    task,
    the_attempt,
)
from tests.world import World


def planned(world: World) -> int:
    """An attempt that nobody has claimed yet."""
    attempt_id = take_up(world.rt, remind(world))
    assert attempt_id is not None
    return attempt_id


def test_t2_an_attempt_is_claimed_once(world: World) -> None:
    attempt_id = planned(world)
    assert claim(world.rt, attempt_id, "one") == 1
    assert claim(world.rt, attempt_id, "two") is None


def test_t3_a_claim_that_was_lost_may_not_send_by_a_later_owners_claim(world: World) -> None:
    attempt_id = planned(world)
    first = claim(world.rt, attempt_id, "slept")
    after(world, 31, "release_claims")
    second = claim(world.rt, attempt_id, "awake")
    assert (first, second) == (1, 2)
    assert intend(world.rt, attempt_id, 1, "slept") is None
    assert intend(world.rt, attempt_id, 2, "awake") is not None


def test_t3_an_expired_lease_sends_nothing_even_if_nobody_took_it_back(world: World) -> None:
    attempt_id = planned(world)
    epoch = claim(world.rt, attempt_id, "slept")
    assert epoch is not None
    world.sim.advance(31)
    assert intend(world.rt, attempt_id, epoch, "slept") is None


def test_t4_a_task_that_is_nearly_over_is_not_sent(world: World) -> None:
    attempt = dial(world, not_after_at=world.rt.now() + timedelta(seconds=59))
    assert (attempt.state, rings(world)) == (AttemptState.EXPIRED, 0)


def test_t5_an_opt_out_between_claim_and_intent_sends_nothing(world: World) -> None:
    attempt_id = planned(world)
    epoch = claim(world.rt, attempt_id, "clock")
    assert epoch is not None
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    assert intend(world.rt, attempt_id, epoch, "clock") is None
    assert the_attempt(world).state is AttemptState.CANCELLED


def test_t5_a_process_that_is_told_to_stop_claims_and_intends_nothing(world: World) -> None:
    attempt_id = planned(world)
    stopping = replace(world.rt, stopping=lambda: True)
    assert claim(stopping, attempt_id, "clock") is None
    epoch = claim(world.rt, attempt_id, "clock")
    assert epoch is not None
    assert intend(stopping, attempt_id, epoch, "clock") is None


def test_t6_a_process_that_slept_after_its_intent_sends_nothing_and_counts_nothing(
    world: World,
) -> None:
    ticks = iter((0.0, 5.1))
    sleeper = replace(world.rt, monotonic=lambda: next(ticks))
    attempt_id = planned(world)
    assert not place_leg(sleeper, attempt_id, "clock")
    attempt = the_attempt(world)
    assert (attempt.state, attempt.intent_at) == (AttemptState.PLANNED, None)
    assert steps(world, attempt_id)[-1] == "T6"
    assert world.sim.accepted("Calls") == []


def test_t7_a_receipt_that_comes_after_the_doubt_is_believed(world: World) -> None:
    rt = replace(world.rt, carrier=Slow(world))  # type: ignore[arg-type]
    assert place_leg(rt, planned(world), "clock")
    attempt = the_attempt(world)
    assert (attempt.state, attempt.carrier_sid is None) == (AttemptState.LIVE, False)
    after(world, 60, "resolve_doubts", "poll_silent")
    assert the_attempt(world).state in (AttemptState.LIVE, AttemptState.DONE)


class Slow:
    """A carrier whose answer takes two minutes, while the reconciler goes by."""

    def __init__(self, world: World) -> None:
        self.world = world

    def place(self, dial: object) -> Placed:
        placed = self.world.rt.carrier.place(dial)  # type: ignore[arg-type]
        self.world.sim.network.lose(kind="status")
        self.world.sim.network.lose(kind="voice")
        after(self.world, 61, "abandon_intents")
        return placed


def test_t7_a_sid_that_is_anothers_is_a_doubt(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    world.click()
    rep = world.attempts(1)["rep"]
    rt = replace(world.rt, carrier=Echo(str(rep.carrier_sid)))  # type: ignore[arg-type]
    attempt_id = world.attempts(1)["customer"].id
    assert place_leg(rt, attempt_id, "clock")
    assert world.attempts(1)["customer"].state is AttemptState.UNKNOWN
    assert world.attempts(1)["rep"].carrier_sid == rep.carrier_sid


class Echo:
    """A carrier that always gives the same receipt."""

    def __init__(self, carrier_sid: str) -> None:
        self.placed = Placed(carrier_sid=carrier_sid)

    def place(self, _dial: object) -> Placed:
        return self.placed


def test_t9_a_machines_call_waits_out_a_storm_and_people_are_told(world: World) -> None:
    task_id = remind(world)
    world.sim.network.throttle(kind="POST")
    for _ in range(8):
        after(world, 61, "dial_due_tasks", "place_planned")
    attempt = the_attempt(world)
    assert (attempt.state, attempt.sends > 5) == (AttemptState.PLANNED, True)
    assert incidents(world) == [IncidentKind.GAVE_UP]
    world.sim.network.calm()
    after(world, 61, "place_planned")
    assert task(world, task_id).state is TaskState.DIALING
    assert len(world.sim.accepted("Calls")) == 1


def test_t9_nothing_that_was_not_sent_counts_towards_a_cap(world: World) -> None:
    world.sim.network.throttle(kind="POST")
    assert dial(world).intent_at is None


@pytest.mark.parametrize("error", [CarrierUncertain("HTTP 500"), RuntimeError("a bug"), KeyError()])
def test_t10_whatever_is_no_refusal_is_a_doubt(world: World, error: Exception) -> None:
    remind(world)
    dial_due_tasks(refusing(world, error))
    attempt = the_attempt(world)
    assert (attempt.state, steps(world, attempt.id)[-1]) == (AttemptState.UNKNOWN, "T10")
    dial_due_tasks(world.rt)
    run(world, "place_planned")
    assert rings(world) == 0


def test_t14_absence_needs_three_lists_a_minute_apart_and_ten_minutes(world: World) -> None:
    world.sim.network.drop_before(kind="POST", times=1)
    dial(world)
    world.sim.network.fail_before(kind="GET")
    after(world, 600, *["resolve_doubts"] * 5)
    world.sim.network.calm()
    for _ in range(4):
        after(world, 20, "resolve_doubts")
    assert the_attempt(world).state is AttemptState.UNKNOWN
    after(world, 200, "resolve_doubts")
    assert the_attempt(world).misses == 2
    after(world, 200, "resolve_doubts")
    assert the_attempt(world).state is AttemptState.CLOSED_UNKNOWN


def closed_unknown(world: World) -> Attempt:
    """An attempt of which nobody knows, and whose carrier never heard of it until now."""
    world.sim.network.drop_before(kind="POST", times=1)
    dial(world)
    for _ in range(8):
        after(world, 180, "resolve_doubts")
    attempt = the_attempt(world)
    assert attempt.state is AttemptState.CLOSED_UNKNOWN
    return attempt


def test_t14_a_closed_doubt_counts_as_a_call_and_is_never_dialled_again(world: World) -> None:
    attempt = closed_unknown(world)
    after(world, 60, "settle_tasks", "dial_due_tasks", "place_planned")
    assert attempt.intent_at is not None
    assert rings(world) == 0
    with world.sessions.read() as session:
        assert session.get_one(Call, attempt.call_id).outcome is Outcome.UNKNOWN


def late_call(world: World, attempt: Attempt, to: str = ZHANG_WEI) -> str:
    """The carrier takes the lost request after all."""
    world.sim.phone(to).never_answers()
    base = world.rt.settings.public_base_url
    call = world.sim.client().calls.create(
        to=to, from_=attempt.from_number, url=f"{base}/webhooks/voice/{attempt.token}",
        status_callback=f"{base}/webhooks/status/{attempt.token}",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )  # fmt: skip
    return str(call.sid)


def test_t16_t17_a_call_that_comes_to_light_late_is_ended_and_its_outcome_kept(
    world: World,
) -> None:
    attempt = closed_unknown(world)
    late_call(world, attempt)
    after(world, 3)
    assert incidents(world) == [IncidentKind.LATE_CALL]
    after(world, 1, "hang_up_seconds")
    after(world, 2)
    attempt = the_attempt(world)
    assert (attempt.state, steps(world, attempt.id)[-1]) == (AttemptState.DONE, "T16")


def test_t16_a_late_call_is_fetched_where_nobody_tells_its_end(world: World) -> None:
    attempt = closed_unknown(world)
    late_call(world, attempt)
    after(world, 3, "hang_up_seconds")
    world.sim.network.lose(kind="status")
    after(world, 60, "poll_silent")
    assert the_attempt(world).state is AttemptState.DONE


def test_t17_a_revoked_token_opens_nothing_and_ends_the_call(world: World) -> None:
    attempt = closed_unknown(world)
    change(world, token_revoked_at=world.rt.now())
    answer = answer_voice(world.rt, attempt.token, None, "CA" + "e" * 32)
    assert answer == HangUp()
    assert incidents(world) == [IncidentKind.LATE_CALL]


def test_t17_a_second_call_under_one_token_is_hung_up_and_both_are_logged(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    attempt = dial(world)
    second = late_call(world, attempt, LI_NA)
    after(world, 3)
    assert incidents(world) == [IncidentKind.SECOND_CALL]
    after(world, 1, "hang_up_seconds")
    assert world.rt.carrier.fetch(second).status is LegStatus.CANCELED
    assert {e.carrier_sid for e in world.events(attempt.call_id)} >= {second, attempt.carrier_sid}


def test_t17_a_carrier_that_fails_for_one_call_does_not_spare_the_others(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    attempt = dial(world)
    seconds = [late_call(world, attempt, number) for number in (LI_NA, MARIA)]
    after(world, 3)
    world.sim.network.fail_before(kind=f"POST {path_of(world, seconds[0])}")
    after(world, 1, "hang_up_seconds")
    assert not world.rt.carrier.fetch(seconds[0]).status.is_final
    assert world.rt.carrier.fetch(seconds[1]).status.is_final
    world.sim.network.calm()
    after(world, 1, "hang_up_seconds")
    assert world.rt.carrier.fetch(seconds[0]).status.is_final


def path_of(world: World, sid: str) -> str:
    return f"/2010-04-01/Accounts/{world.rt.settings.twilio_account_sid}/Calls/{sid}.json"


def test_what_was_refused_and_rings_all_the_same_is_ended_and_not_sent_again(
    world: World,
) -> None:
    world.sim.network.throttle(kind="POST", times=1)
    attempt = dial(world)
    assert attempt.state is AttemptState.PLANNED
    late_call(world, attempt)
    after(world, 3, "hang_up_seconds")
    after(world, 60, "place_planned")
    assert the_attempt(world).state is AttemptState.CANCELLED
    assert len(world.sim.accepted("Calls.json")) == 1


def test_t18_a_call_that_waits_at_the_carrier_past_its_time_is_taken_back(world: World) -> None:
    for number in range(25):
        world.sim.client().calls.create(
            to=f"+8613700000{number:03d}", from_=the_caller(world), twiml="<Response/>"
        )
    attempt = dial(world, not_after_at=world.rt.now() + timedelta(seconds=61))
    assert (attempt.queue_ms or 0) > 2_000
    run(world, "cancel_late")
    assert IncidentKind.QUEUED_TOO_LONG not in incidents(world)
    change(world, not_after_at=world.rt.now() + timedelta(seconds=1))
    run(world, "cancel_late")
    assert incidents(world) == [IncidentKind.QUEUED_TOO_LONG]
    after(world, 30)
    assert rings(world) == 0


def the_caller(world: World) -> str:
    return world.rt.settings.caller_ids[0]


def test_an_opt_out_ends_what_rings(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    dial(world)
    after(world, 5)
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "test")
    after(world, 1, "cancel_late")
    after(world, 2)
    assert world.sim.line(ZHANG_WEI) is None
    assert incidents(world) == []


def test_a_full_queue_at_the_carrier_slows_us_down(world: World) -> None:
    rt = replace(world.rt, carrier=Queueing())  # type: ignore[arg-type]
    assert place_leg(rt, planned(world), "clock")
    with world.sessions.read() as session:
        next_at = session.execute(sa.text("SELECT next_at FROM pace WHERE id = 1")).scalar_one()
    assert str(next_at) >= str((world.rt.now() + timedelta(seconds=60)).replace(tzinfo=None))[:19]


class Queueing:
    """A carrier that takes the call and holds it back for a minute."""

    def place(self, _dial: object) -> Placed:
        return Placed(carrier_sid="CA" + "d" * 32, queue_ms=60_000)


def test_a_label_that_is_taken_is_a_doubt_and_no_refusal() -> None:
    """The participant in the room may be the one that our own lost request put there."""
    assert isinstance(classify_answer(400, 16026), CarrierUncertain)
    assert isinstance(classify_answer(400, 21211), CarrierRefused)
