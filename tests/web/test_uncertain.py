"""What is uncertain: shown to supervisors in sentences, and decided by them."""

import pytest
import sqlalchemy as sa

from dialer.calling.control import set_hold
from dialer.domain.words import (
    AttemptState,
    Decision,
    Disposition,
    IncidentKind,
    Mode,
    Purpose,
    TaskState,
    UserRole,
)
from dialer.models import Attempt, AttemptDecision, AuditEntry, Call, CallTask, Incident, User
from dialer.models.incidents import note_incident
from tests.safety.scenes import after, change, dial, remind, run, the_attempt
from tests.web.conftest import Come
from tests.web.visitor import Visitor
from tests.world import World


@pytest.fixture
def boss(world: World, come: Come) -> Visitor:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = UserRole.ADMIN
    return come()


def doubt(world: World) -> Attempt:
    world.sim.network.drop_before(kind="POST", times=1)
    return dial(world)


def closed(world: World) -> Attempt:
    attempt = doubt(world)
    for _ in range(6):
        after(world, 180, "resolve_doubts")
    run(world, "settle_tasks")
    assert the_attempt(world).state is AttemptState.CLOSED_UNKNOWN
    return attempt


def decide(boss: Visitor, attempt: Attempt, decision: str, **fields: str) -> int:
    boss.get("/uncertain")
    return boss.post(f"/uncertain/{attempt.id}", decision=decision, **fields).status_code


def task_of(world: World, attempt: Attempt) -> CallTask:
    with world.sessions.read() as session:
        call = session.get_one(Call, attempt.call_id)
        return session.get_one(CallTask, call.task_id)


def test_a_doubt_is_shown_with_what_happens_next(world: World, boss: Visitor) -> None:
    doubt(world)
    page = boss.get("/uncertain").text
    assert "The carrier did not say whether it took this call." in page
    assert "The carrier&#39;s list is read again at" in page


def test_without_doubts_the_page_says_so(boss: Visitor) -> None:
    assert "Nothing is uncertain" in boss.get("/uncertain").text


def test_a_closed_doubt_asks_for_a_decision_and_is_marked_on_every_page(
    world: World, boss: Visitor
) -> None:
    closed(world)
    assert "To be decided by you" in boss.get("/uncertain").text
    assert 'class="tag tone-late">1</b>' in boss.get("/settings").text


def test_a_known_outcome_settles_the_task(world: World, boss: Visitor) -> None:
    attempt = closed(world)
    assert decide(boss, attempt, "known", disposition="confirmed", note="she says yes") == 302
    task = task_of(world, attempt)
    assert (task.state, task.disposition) == (TaskState.DONE, Disposition.CONFIRMED)
    assert "To be decided" not in boss.get("/uncertain").text


def test_to_call_again_is_a_new_task_and_the_old_token_opens_nothing(
    world: World, boss: Visitor
) -> None:
    attempt = closed(world)
    assert decide(boss, attempt, "again") == 302
    with world.sessions.read() as session:
        again = session.scalars(sa.select(CallTask).order_by(CallTask.id.desc())).first()
    assert again is not None
    assert (again.state, again.mode, again.purpose) == (
        TaskState.WAITING, Mode.MACHINE, Purpose.REMINDER,
    )  # fmt: skip
    assert world.attempts(attempt.call_id)["customer"].token_revoked_at is not None
    assert world.attempts(attempt.call_id)["customer"].state is AttemptState.CLOSED_UNKNOWN


def test_what_is_left_is_left_and_on_record(world: World, boss: Visitor) -> None:
    attempt = closed(world)
    decide(boss, attempt, "leave", note="not worth it")
    with world.sessions.read() as session:
        kept = session.scalars(sa.select(AttemptDecision)).one()
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "uncertain.decide")
        ).one()
    assert (kept.decision, kept.note) == (Decision.LEAVE, "not worth it")
    assert entry.detail["decision"] == "leave"


def test_a_decision_is_made_once(world: World, boss: Visitor) -> None:
    attempt = closed(world)
    assert decide(boss, attempt, "leave") == 302
    assert decide(boss, attempt, "again") == 404


@pytest.mark.parametrize(
    "fields", [{"decision": "maybe"}, {"decision": "known", "disposition": "paid"}]
)
def test_a_decision_that_makes_no_sense_is_refused(
    world: World, boss: Visitor, fields: dict[str, str]
) -> None:
    attempt = closed(world)
    boss.get("/uncertain")
    assert boss.post(f"/uncertain/{attempt.id}", **fields).status_code == 400


def test_another_teams_doubts_are_not_shown(world: World, come: Come) -> None:
    attempt = closed(world)
    with world.sessions.write() as session:
        user = session.get_one(User, world.here.other_rep_id)
        user.role = UserRole.SUPERVISOR
        session.execute(sa.text("INSERT INTO teams (id, name) VALUES (7, 'West')"))
        user.team_id = 7
    visitor = come("liu.fang")
    assert "To be decided" not in visitor.get("/uncertain").text
    assert visitor.post(f"/uncertain/{attempt.id}", decision="leave").status_code == 404


def test_an_incident_is_seen_to_once(world: World, boss: Visitor) -> None:
    attempt = dial(world)
    with world.sessions.write() as session:
        note_incident(
            session,
            Incident(
                kind=IncidentKind.ORPHAN_CALL, at=world.rt.now(), dedupe_key="x",
                call_id=attempt.call_id,
            ),
        )  # fmt: skip
    page = boss.get("/uncertain").text
    assert "nobody here placed" in page
    assert boss.post("/incidents/1/seen").status_code == 302
    assert "I have seen to it" not in boss.get("/uncertain").text
    assert boss.post("/incidents/2/seen").status_code == 404


def test_every_incident_has_a_sentence(world: World, boss: Visitor) -> None:
    with world.sessions.write() as session:
        for kind in IncidentKind:
            data = {"switch": "clock"}
            incident = Incident(kind=kind, at=world.rt.now(), dedupe_key=kind, data=data)
            note_incident(session, incident)
    page = boss.get("/uncertain").text
    assert [kind for kind in IncidentKind if f">{kind}<" in page] == []
    assert page.count("I have seen to it") == len(IncidentKind)


def test_what_stops_calls_is_said_on_the_page_and_by_the_banner(
    world: World, boss: Visitor
) -> None:
    set_hold(world.rt, True, "fire drill", None)
    page = boss.get("/uncertain").text
    assert "Somebody put all calls on hold." in page
    assert "fire drill" in page


def test_a_leg_that_the_carrier_denies_is_shown(world: World, boss: Visitor) -> None:
    remind(world)
    run(world, "dial_due_tasks")
    change(world, missing_since_at=world.rt.now())
    assert "knows no such call" in boss.get("/uncertain").text
