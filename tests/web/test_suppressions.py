"""The list of numbers that must not be called."""

import pytest
import sqlalchemy as sa

from dialer.calling.errors import Refused
from dialer.calling.suppress import suppress
from dialer.domain.words import SuppressionReason, UserRole
from dialer.models import AuditEntry, Suppression, User
from dialer.models.numbers import is_suppressed
from tests.web.conftest import Come
from tests.world import World


def become(world: World, role: UserRole) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = role


def standing(world: World) -> list[Suppression]:
    with world.sessions.read() as session:
        return list(session.scalars(sa.select(Suppression).where(Suppression.lifted_at.is_(None))))


def opt_out(world: World) -> int:
    return suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "page", None)


def test_a_number_is_suppressed_in_any_spelling_and_at_once(world: World, come: Come) -> None:
    come().post("/suppressions", number="138-0013-8000", reason="opt_out")
    with pytest.raises(Refused):
        world.click()
    (row,) = standing(world)
    assert (row.number_id, row.reason) == (world.here.number_id, SuppressionReason.OPT_OUT)
    assert row.created_by_id == world.here.rep_id


def test_what_is_no_number_is_refused_at_its_field(world: World, come: Come) -> None:
    answer = come().post("/suppressions", number="call me", reason="opt_out")
    assert answer.status_code == 422
    assert 'id="number-error"' in answer.text
    assert standing(world) == []


def test_a_reason_that_nobody_knows_is_refused(world: World, come: Come) -> None:
    assert come().post("/suppressions", number="13800138000", reason="x").status_code == 400
    assert standing(world) == []


@pytest.mark.parametrize("role", [UserRole.REP, UserRole.SUPERVISOR])
def test_only_an_administrator_lifts(world: World, come: Come, role: UserRole) -> None:
    row_id = opt_out(world)
    become(world, role)
    visitor = come()
    assert f"/suppressions/{row_id}/lift" not in visitor.get("/suppressions").text
    assert visitor.post(f"/suppressions/{row_id}/lift", reason="please").status_code == 403
    assert len(standing(world)) == 1


def test_lifting_says_why_and_is_noted(world: World, come: Come) -> None:
    row_id = opt_out(world)
    become(world, UserRole.ADMIN)
    come().post(f"/suppressions/{row_id}/lift", reason="in writing, 1 March")
    assert standing(world) == []
    with world.sessions.read() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "suppress.lift")
        ).one()
        assert not is_suppressed(session, world.here.number_id)
    assert entry.actor_id == world.here.rep_id
    assert entry.detail == {"suppression": row_id, "was": "opt_out", "why": "in writing, 1 March"}


def test_nobody_lifts_without_a_reason(world: World, come: Come) -> None:
    row_id = opt_out(world)
    become(world, UserRole.ADMIN)
    visitor = come()
    visitor.post(f"/suppressions/{row_id}/lift", reason="  ")
    assert "Say why" in visitor.get("/suppressions").text
    assert len(standing(world)) == 1


def test_another_entry_for_the_same_number_still_holds(world: World, come: Come) -> None:
    row_id = opt_out(world)
    suppress(world.rt, world.here.number_id, SuppressionReason.LEGAL, "page", None)
    become(world, UserRole.ADMIN)
    come().post(f"/suppressions/{row_id}/lift", reason="sorted out")
    with world.sessions.read() as session:
        assert is_suppressed(session, world.here.number_id)


def test_an_entry_that_was_lifted_keeps_its_time(world: World, come: Come) -> None:
    row_id = opt_out(world)
    become(world, UserRole.ADMIN)
    visitor = come()
    visitor.post(f"/suppressions/{row_id}/lift", reason="first")
    world.skip(60)
    visitor.post(f"/suppressions/{row_id}/lift", reason="second")
    with world.sessions.read() as session:
        lifts = sa.select(sa.func.count()).where(AuditEntry.action == "suppress.lift")
        assert session.scalar(lifts) == 1
    assert visitor.post("/suppressions/999/lift", reason="none").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 1), ("q=13800138", 1), ("q=999999", 0), ("q=name", 0), ("reason=legal", 0),
     ("reason=opt_out", 1), ("lifted=1", 2)],
)  # fmt: skip
def test_the_list_is_filtered(world: World, come: Come, query: str, count: int) -> None:
    row_id = opt_out(world)
    with world.sessions.write() as session:
        session.get_one(Suppression, row_id).lifted_at = world.rt.now()
    opt_out(world)
    assert come().get(f"/suppressions?{query}").text.count('class="row-link') == count


def test_another_reps_customers_are_not_listed_but_what_one_wrote_is(
    world: World, come: Come
) -> None:
    opt_out(world)
    visitor = come("liu.fang")
    assert "138 0013 8000" not in visitor.get("/suppressions").text
    visitor.post("/suppressions", number="13900139000", reason="wrong_number")
    page = visitor.get("/suppressions").text
    assert "139 0013 9000" in page
    assert "/evidence/" not in page.partition("<table")[2]
