"""An erasure: afterwards no table returns the number, and a do-not-call entry still holds."""

import re

import pytest
import sqlalchemy as sa

from dialer.calling.errors import Refused
from dialer.calling.suppress import suppress
from dialer.calling.wrap_up import WrapUp, wrap_up
from dialer.domain.words import CallStatus, Disposition, SuppressionReason
from dialer.models import Account, CallEvent, Contact, ContactNumber
from dialer.models.base import Base
from dialer.models.numbers import ensure_number
from dialer.selling.erasing import StillCalling, erase_number
from dialer.selling.errors import NotFound
from tests.api.caller import caller
from tests.make import MARIA, REP_PHONE, ZHANG_WEI, make_contact
from tests.selling.importing.bringing import bring
from tests.world import World

NATIONAL = "13800138000"
LIST = "公司,姓名,电话\n别家,李四,138 0013-8000\n丙,王五,0086 138 0013 8000 转 7\n"


def traces(world: World) -> list[str]:
    """Every cell of every table in which the number can be read, in whatever spelling."""
    found = []
    with world.sessions.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)).mappings():
                texts = ((column, str(value)) for column, value in row.items())
                found += [
                    f"{table.name}.{column}: {text[:80]}"
                    for column, text in texts
                    if NATIONAL in re.sub(r"[\s().\-/]", "", text)
                ]
    return found


def leave_traces(world: World) -> None:
    """A call with a note, a planned one, and rows of a file that need a person."""
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(9)
    program = caller(world)
    call_id = program.click().json["id"]
    world.advance(30)
    assert world.call(call_id).status is CallStatus.ENDED
    note = f"回电 138-0013-8000, {ZHANG_WEI}"
    wrap_up(world.rt, call_id, WrapUp(user_id=world.here.rep_id, note=note,
                                      disposition=Disposition.SAID))  # fmt: skip
    task = {"contact_id": world.here.contact_id, "purpose": "care", "mode": "rep",
            "due_at": "2026-03-04T03:00:00Z", "note": "or 0086 138 0013 8000"}  # fmt: skip
    assert program.post("/tasks", task, "plan").status_code == 201
    bring(world, "accounts", LIST)
    with world.sessions.write() as session:  # what the carrier told of a call that is nobody's
        now = world.rt.now()
        session.add(CallEvent(at=now, received_at=now, source="callback", kind="orphan",
                              dedupe_key="orphan", params={"To": ZHANG_WEI}))  # fmt: skip


def test_no_table_returns_the_number_any_more(world: World) -> None:
    leave_traces(world)
    places = {trace.partition(":")[0] for trace in traces(world)}
    assert places == {
        "phone_numbers.e164", "call_events.params", "calls.note", "call_tasks.note",
        "import_rows.cells", "import_rows.faults", "idempotency_keys.body",
    }  # fmt: skip
    erase_number(world.rt, ZHANG_WEI)
    assert traces(world) == []
    with world.sessions.read() as session:
        assert session.get_one(Contact, world.here.contact_id).name == "–"
        assert session.get_one(Account, world.here.account_id).name == "华东机械"


@pytest.mark.only_on("sqlite")
def test_a_do_not_call_entry_outlives_the_number(world: World) -> None:
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "call 12", None)
    erase_number(world.rt, ZHANG_WEI)
    with world.sessions.write() as session:
        assert ensure_number(session, ZHANG_WEI, world.rt.now()).id == world.here.number_id
        account = session.get_one(Account, world.here.account_id)
        again = make_contact(session, world.rt.now(), account, number=ZHANG_WEI).id
    with pytest.raises(Refused):
        world.click(contact_id=again)


@pytest.mark.only_on("sqlite")
def test_who_has_another_number_keeps_the_name(world: World) -> None:
    with world.sessions.write() as session:
        account = session.get_one(Account, world.here.account_id)
        contact = make_contact(session, world.rt.now(), account, "李娜", MARIA)
        session.add(ContactNumber(contact_id=contact.id, number_id=world.here.number_id))
    erase_number(world.rt, ZHANG_WEI)
    with world.sessions.read() as session:
        kept = session.scalars(sa.select(Contact).where(Contact.name == "李娜")).one()
        assert [number.e164 for number in kept.numbers] == [MARIA]


@pytest.mark.only_on("sqlite")
def test_what_is_going_on_is_not_erased(world: World) -> None:
    world.click()
    world.advance(3)
    with pytest.raises(StillCalling):
        erase_number(world.rt, ZHANG_WEI)
    with pytest.raises(NotFound):
        erase_number(world.rt, "+8613912345678")
