"""Numbers that must not be called, from files: only ever more of them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dialer.domain.words import SuppressionReason, UserRole
from dialer.models import DncList, PhoneNumber, Suppression
from dialer.selling.errors import BadValue
from dialer.selling.importing.start import start_import
from tests.make import ZHANG_WEI
from tests.selling.importing.bringing import bring, counts, draft, faults, user
from tests.world import World

TEXT = "电话,原因\n13800138000,退订\n13900139000 / 13700137000,空号\n13600136000,\n"


def entries(world: World) -> list[tuple[str | None, str, str]]:
    with world.sessions.read() as session:
        rows = session.execute(
            sa.select(PhoneNumber.e164, Suppression.reason, Suppression.source)
            .join(PhoneNumber, PhoneNumber.id == Suppression.number_id)
            .where(Suppression.lifted_at.is_(None))
            .order_by(Suppression.id)
        )
        return [(e164, reason, source) for e164, reason, source in rows]


def test_every_number_of_a_row_is_suppressed_once(world: World) -> None:
    one = bring(world, "suppressions", TEXT, reason="legal")
    assert counts(one) == (3, 0, 0, 0, 0)
    assert entries(world) == [
        (ZHANG_WEI, "opt_out", f"import {one.id}"),
        ("+8613900139000", "wrong_number", f"import {one.id}"),
        ("+8613700137000", "wrong_number", f"import {one.id}"),
        ("+8613600136000", "legal", f"import {one.id}"),
    ]
    assert counts(bring(world, "suppressions", TEXT, reason="legal")) == (0, 0, 3, 0, 0)
    assert len(entries(world)) == 4


def test_what_the_file_does_not_name_stays_suppressed(world: World) -> None:
    bring(world, "suppressions", TEXT)
    bring(world, "suppressions", "电话\n13500135000\n")
    assert len(entries(world)) == 5


def test_a_list_of_bare_numbers_needs_no_heading(world: World) -> None:
    bring(world, "suppressions", "13500135000\n13500135001\n")
    assert [e164 for e164, _reason, _source in entries(world)] == [
        "+8613500135000", "+8613500135001",
    ]  # fmt: skip


def registered(world: World) -> list[tuple[str, str, int]]:
    with world.sessions.read() as session:
        rows = session.scalars(sa.select(DncList)).all()
        return [(row.country, row.as_of_on.isoformat(), row.numbers) for row in rows]


def test_a_whole_list_is_registered_when_every_row_is_in(world: World) -> None:
    admin = user(world, world.here.rep_id, role=UserRole.ADMIN)
    said = {"actor": admin, "list": "US", "as_of": "2026-03-01", "region": "US"}
    bring(world, "suppressions", "Phone\n305 555 0142\n305 555 0143\n", **said)
    assert registered(world) == [("US", "2026-03-01", 2)]
    assert {source for *_rest, source in entries(world)} == {"list:US"}


def test_a_list_with_a_gap_does_not_count_as_renewed(world: World) -> None:
    admin = user(world, world.here.rep_id, role=UserRole.ADMIN)
    text = "Phone\n+13055550142\ncall me\n"
    one = bring(world, "suppressions", text, actor=admin, list="US", as_of="2026-03-01")
    assert faults(world, one.id) == [(3, "numbers", "number_letters")]
    assert one.trouble == {"code": "list_not_registered", "params": {}}
    assert registered(world) == []
    assert len(entries(world)) == 1


def test_what_a_person_asked_for_does_not_hide_the_lists_entry(world: World) -> None:
    admin = user(world, world.here.rep_id, role=UserRole.ADMIN)
    bring(world, "suppressions", "Phone\n+13055550142\n")
    said = {"actor": admin, "list": "US", "as_of": "2026-03-01"}
    assert counts(bring(world, "suppressions", "Phone\n+13055550142\n", **said))[0] == 1
    assert counts(bring(world, "suppressions", "Phone\n+13055550142\n", **said))[0] == 0


def test_a_list_has_a_day_that_does_not_lie_ahead(world: World) -> None:
    admin = user(world, world.here.rep_id, role=UserRole.ADMIN)
    import_id = draft(world, "suppressions", TEXT, actor=admin, list="US")
    with pytest.raises(BadValue, match="as_of"):
        start_import(world.rt, admin, import_id)
    ahead = (world.rt.now() + timedelta(days=9)).date().isoformat()
    with pytest.raises(BadValue, match="as_of"):
        draft(world, "suppressions", TEXT, actor=admin, list="US", as_of=ahead)


def test_only_an_administrator_renews_a_list(world: World) -> None:
    boss = user(world, world.here.rep_id, role=UserRole.SUPERVISOR)
    bring(world, "suppressions", TEXT, actor=boss, list="US", as_of="2026-03-01")
    assert registered(world) == []
    assert {reason for _e164, reason, _source in entries(world)} >= {SuppressionReason.OPT_OUT}
