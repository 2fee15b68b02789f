"""Which closing calls a rule keeps out of today's hour, and why."""

from datetime import timedelta

from dialer.calling.suppress import suppress
from dialer.domain.words import Mode, Purpose, SuppressionReason, TaskState
from dialer.floor.held_back import note_held_back
from dialer.floor.snapshot import HeldBy
from dialer.models import CallTask, Contact
from tests.floor.looking import look
from tests.make import LI_NA, MARIA, make_account, make_contact, make_task
from tests.world import World


def plan(world: World, *, number: str | None = None, **fields: object) -> int:
    """A closing call of the first rep at 20:00 of today, 2 March, in Shanghai."""
    now = world.rt.now()
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        if number is not None:
            account = make_account(session, now, owner_id=world.here.rep_id)
            contact = make_contact(session, now, account, number=number)
        task = make_task(
            session, now, contact,
            **{"owner_id": world.here.rep_id, "purpose": Purpose.CLOSING,
               "due_at": now + timedelta(hours=10), **fields},
        )  # fmt: skip
        return task.id


def held_by(world: World, task_id: int) -> str | None:
    with world.sessions.read() as session:
        return session.get_one(CallTask, task_id).held_by


def reasons(world: World) -> list[HeldBy]:
    closing = look(world).closing
    assert closing is not None
    assert closing.held_back == sum(row.count for row in closing.held_by)
    return closing.held_by


def test_the_board_says_how_many_are_held_back_and_why(world: World) -> None:
    plan(world)
    florida = [plan(world, number=number) for number in (MARIA, "+13055550143")]
    silent = plan(world, number=LI_NA)
    with world.sessions.read() as session:
        task = session.get_one(CallTask, silent)
        assert task.contact is not None
        number_id = task.contact.numbers[0].id
    suppress(world.rt, number_id, SuppressionReason.OPT_OUT, "page")
    note_held_back(world.rt)
    assert held_by(world, florida[0]) == "never_open:US-FL"
    assert reasons(world) == [
        HeldBy(rule="never_open", count=2), HeldBy(rule="suppressed", count=1),
    ]  # fmt: skip


def test_what_opens_before_the_hour_ends_is_not_held_back(world: World) -> None:
    task_id = plan(world, held_by="law_hours:CN")
    assert note_held_back(world.rt) == 1
    assert held_by(world, task_id) is None
    assert note_held_back(world.rt) == 0


def test_towards_the_end_of_the_hour_all_are_held_back(world: World) -> None:
    task_id = plan(world)
    world.skip(10 * 3600 + 3540)  # 20:59:00: the last second
    note_held_back(world.rt)
    assert held_by(world, task_id) is None
    world.skip(1)
    note_held_back(world.rt)
    assert held_by(world, task_id) == "law_hours:CN"
    world.skip(60)
    assert note_held_back(world.rt) == 0


def test_only_waiting_closing_calls_of_reps_today_are_looked_at(world: World) -> None:
    others = [
        plan(world, number=MARIA, purpose=Purpose.CARE),
        plan(world, number=MARIA, mode=Mode.MACHINE),
        plan(world, number=MARIA, state=TaskState.DONE),
        plan(world, number=MARIA, due_at=world.rt.now() + timedelta(hours=14)),
        plan(world, number=MARIA, due_at=world.rt.now() - timedelta(hours=11)),
    ]
    assert note_held_back(world.rt) == 0
    assert [held_by(world, task_id) for task_id in others] == [None] * 5
