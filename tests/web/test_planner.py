"""Planning the closing hour on the page, and what the report says afterwards."""

from datetime import UTC, datetime, time

import pytest
import sqlalchemy as sa

from dialer.calling.suppress import suppress
from dialer.domain.words import (
    AccountClass,
    ContactRole,
    Disposition,
    Purpose,
    SuppressionReason,
    TaskState,
    UserRole,
)
from dialer.models import Account, AuditEntry, CallTask, User
from dialer.selling.errors import NotAllowed
from dialer.selling.plan import Wish, confirm_plan, plan_window
from tests.make import make_account, make_contact, make_task, make_team, make_user
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.web.visitor import Visitor
from tests.world import World

EIGHT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai, on the day of the story


@pytest.fixture
def boss(world: World, come: Come) -> Visitor:
    with world.sessions.write() as session:
        make_user(session, world.rt.now(), "chen.jie", role=UserRole.SUPERVISOR, phone=None)
    return come("chen.jie")


def add(world: World, name: str, n: int, role: ContactRole = ContactRole.DECISION_MAKER,
        **fields: object) -> int:  # fmt: skip
    owned = {"owner_id": world.here.rep_id, "stage": 4, **fields}
    with world.sessions.write() as session:
        account = make_account(session, world.rt.now(), f"客户 {n}", **owned)
        number = f"+86139001390{n:02}"
        return make_contact(session, world.rt.now(), account, name, number, role=role).id


def tasks(world: World) -> list[CallTask]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(CallTask).order_by(CallTask.due_at)))


def confirm(boss: Visitor, **fields: str) -> str:
    wish = {"purpose": "closing", "on": "2026-03-02", "begins": "20:00", "ends": "21:00"}
    return boss.post("/planner", **{**wish, **fields}).headers["Location"]


def test_the_closing_hour_of_today_is_proposed_and_nothing_is_written(
    world: World, boss: Visitor
) -> None:
    page = boss.get("/planner").text
    assert 'value="20:00"' in page
    assert 'value="2026-03-02"' in page
    assert "<dd>1</dd><dt>calls planned</dt>" in page
    assert "张伟" in page
    assert tasks(world) == []


def test_confirming_puts_the_calls_on_the_reps_lists_by_class(world: World, boss: Visitor) -> None:
    add(world, "李娜", 1, account_class=AccountClass.D)
    add(world, "王芳", 2, account_class=AccountClass.B)
    confirm(boss)
    rows = tasks(world)
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows)
    assert rows[0].due_at == EIGHT
    assert {row.owner_id for row in rows} == {world.here.rep_id}
    with world.sessions.read() as session:
        names = [session.get_one(CallTask, row.id).contact.name for row in rows]  # type: ignore[union-attr]
    assert names == ["张伟", "王芳", "李娜"]


def test_a_planned_call_is_over_with_its_hour(world: World, boss: Visitor) -> None:
    confirm(boss)
    assert tasks(world)[0].not_after_at == EIGHT.replace(hour=13)


def test_confirmed_twice_every_customer_has_one_task(world: World, boss: Visitor) -> None:
    add(world, "李娜", 1)
    confirm(boss)
    first = [(row.id, row.due_at) for row in tasks(world)]
    confirm(boss)
    assert [(row.id, row.due_at) for row in tasks(world)] == first
    assert len(first) == 2


def test_a_call_that_waits_already_is_used_and_not_doubled(world: World, boss: Visitor) -> None:
    with world.sessions.write() as session:
        make_task(session, world.rt.now(), world.contact(), purpose=Purpose.CLOSING,
                  owner_id=world.here.rep_id, note="三年保修")  # fmt: skip
    confirm(boss)
    (row,) = tasks(world)
    assert (row.due_at, row.note, row.not_after_at) == (EIGHT, "三年保修", None)


def test_an_agreed_time_is_kept(world: World, boss: Visitor) -> None:
    agreed = EIGHT.replace(minute=25)
    with world.sessions.write() as session:
        make_task(session, world.rt.now(), world.contact(), purpose=Purpose.CLOSING,
                  owner_id=world.here.rep_id, due_at=agreed, due_local="2026-03-02T20:25",
                  due_zone="Asia/Shanghai")  # fmt: skip
    page = boss.get("/planner").text
    assert "20:25:00" in page
    assert "promised" in page
    confirm(boss)
    assert tasks(world)[0].due_at == agreed


def test_of_two_agreed_for_the_same_minute_the_later_called_keeps_what_was_agreed(
    world: World, boss: Visitor
) -> None:
    agreed = EIGHT.replace(minute=25)
    with world.sessions.write() as session:
        other = make_contact(session, world.rt.now(), None, "李娜", "+8613900139001")
        for contact in (world.contact(), other):
            make_task(session, world.rt.now(), contact, purpose=Purpose.CLOSING,
                      owner_id=world.here.rep_id, due_at=agreed, due_local="2026-03-02T20:25",
                      due_zone="Asia/Shanghai")  # fmt: skip
    confirm(boss)
    assert [row.due_at for row in tasks(world)] == [agreed, agreed]


def test_a_call_that_was_made_is_not_moved_by_a_second_plan(world: World, boss: Visitor) -> None:
    confirm(boss)
    (first,) = tasks(world)
    with world.sessions.write() as session:
        session.get_one(CallTask, first.id).state = TaskState.DONE
    confirm(boss, begins="20:30")
    (row,) = tasks(world)
    assert (row.id, row.due_at) == (first.id, EIGHT)


@pytest.mark.parametrize("role", [UserRole.REP, UserRole.SUPERVISOR])
def test_nobody_but_an_admin_plans_for_another_team(world: World, role: UserRole) -> None:
    with world.sessions.write() as session:
        actor = make_user(session, world.rt.now(), "chen.jie", role=role)
        team = make_team(session, "West")
    wish = Wish(team_id=team.id, purpose=Purpose.CLOSING, on=EIGHT.date(), begins=time(20),
                ends=time(21), zone="Asia/Shanghai")  # fmt: skip
    with pytest.raises(NotAllowed):
        plan_window(world.rt, actor, wish)
    with pytest.raises(NotAllowed):
        confirm_plan(world.rt, actor, wish)


def test_who_does_not_fit_is_held_back_with_the_reason(world: World, boss: Visitor) -> None:
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "page", None)
    add(world, "李娜", 1, account_class=AccountClass.E)
    page = boss.get("/planner").text.partition("Held back")[2]
    assert "Never: the person is not to be called" in page
    assert "Class E gets no time." in page


def test_a_talk_of_yesterday_holds_back_what_the_cool_off_covers(
    world: World, boss: Visitor
) -> None:
    log_call(world)
    with world.sessions.write() as session:
        session.execute(sa.text("update attempts set intent_at = created_at"))
    page = boss.get("/planner?purpose=follow_up&on=2026-03-03&begins=10:00&ends=11:00").text
    assert "demands a pause of 48 hours" in page
    assert "<dd>0</dd><dt>calls planned</dt>" in page


@pytest.mark.parametrize(
    ("role", "stage"), [(ContactRole.ALLY, 4), (ContactRole.DECISION_MAKER, 1)]
)
def test_only_whom_the_purpose_is_for_is_planned(
    world: World, boss: Visitor, role: ContactRole, stage: int
) -> None:
    add(world, "李娜", 1, role=role, stage=stage)
    assert "李娜" not in boss.get("/planner").text


def test_nobodys_office_is_called_twice_in_an_hour(world: World, boss: Visitor) -> None:
    with world.sessions.write() as session:
        account = session.get_one(Account, world.here.account_id)
        make_contact(session, world.rt.now(), account, "王芳", "+8613900139077")
    assert "王芳" not in boss.get("/planner").text


def test_a_closing_hour_that_is_half_over_is_planned_from_now_on(
    world: World, boss: Visitor
) -> None:
    page = boss.get("/planner?purpose=follow_up&begins=09:30&ends=10:30").text
    assert "10:00–10:30" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("on=2026-03-01", "This window is over."),
        ("begins=21:00&ends=20:00", "The window must end after it begins."),
    ],
)
def test_a_window_that_is_none_is_refused_in_words(
    boss: Visitor, query: str, sentence: str
) -> None:
    page = boss.get(f"/planner?{query}").text
    assert sentence in page
    assert "Confirm: put it" not in page


def test_a_rep_plans_nothing_and_a_supervisor_only_the_own_team(
    world: World, come: Come, boss: Visitor
) -> None:
    assert come().get("/planner").status_code == 403
    with world.sessions.write() as session:
        chen = session.scalars(sa.select(User).where(User.name == "chen.jie")).one()
        chen.team_id = make_team(session, "West").id
    confirm(boss, team="")
    assert tasks(world) == []


def test_the_report_says_what_was_planned_done_and_held_back(world: World, boss: Visitor) -> None:
    add(world, "李娜", 1)
    add(world, "王芳", 2, account_class=AccountClass.E)
    report = confirm(boss)
    task = tasks(world)[0]
    log_call(world, task_id=task.id, disposition=Disposition.YES)
    with world.sessions.write() as session:
        session.get_one(CallTask, task.id).state = TaskState.DONE
    page = boss.get(report).text
    assert "<dd>2</dd><dt>planned</dt>" in page
    assert "<dd>1</dd><dt>done</dt>" in page
    assert "<dd>1:00</dd><dt>talk time</dt>" in page
    assert "Class E gets no time." in page.partition("Held back")[2]


def test_the_report_repeats_the_gates_own_reason(world: World, boss: Visitor) -> None:
    add(world, "李娜", 1)
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "page", None)
    assert "Never: the person is not to be called" in boss.get(confirm(boss)).text


def test_another_teams_report_is_not_there(world: World, boss: Visitor, come: Come) -> None:
    report = confirm(boss)
    with world.sessions.write() as session:
        user = session.get_one(User, world.here.other_rep_id)
        user.role, user.team_id = UserRole.SUPERVISOR, make_team(session, "West").id
    assert come("liu.fang").get(report).status_code == 404


def test_whoever_confirms_is_noted(world: World, boss: Visitor) -> None:
    confirm(boss)
    with world.sessions.read() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "plan.confirm")
        ).one()
        by = session.get_one(User, entry.actor_id)
    assert (by.name, entry.detail["purpose"], len(entry.detail["tasks"])) == (
        "chen.jie", "closing", 1,
    )  # fmt: skip
