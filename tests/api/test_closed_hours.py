"""What people asked for, where their numbers ring, and do-not-call lists, by program."""

from typing import Any

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import AuditEntry, Contact
from tests.api.caller import Caller, caller, problem
from tests.make import MARIA, ZHANG_WEI, make_user
from tests.world import World

LUNCH = {"weekdays": [1, 5], "from": "12:00", "to": "14:00", "until": None, "reason": "lunch"}


def path(world: World) -> str:
    return f"/contacts/{world.here.contact_id}/closed-hours"


def test_hours_are_written_read_and_given_up(world: World) -> None:
    rep = caller(world)
    answer = rep.post(path(world), LUNCH)
    assert answer.status_code == 201
    (row,) = answer.json["closed_hours"]
    assert {name: row[name] for name in LUNCH} == LUNCH
    assert row["by"] == "wang.min"
    assert rep.get(path(world)).json == answer.json
    assert rep.send("DELETE", f"{path(world)}/{row['id']}").json == {"closed_hours": []}
    assert problem(rep.send("DELETE", f"{path(world)}/{row['id']}")) == "not_found"


def test_hours_bind_the_next_dial(world: World) -> None:
    rep = caller(world)
    every_day = {"weekdays": list(range(1, 8)), "from": "00:00", "to": "24:00"}
    assert rep.post(path(world), every_day).status_code == 201
    answer = rep.click()
    assert problem(answer) == "verdict"
    assert answer.json["verdict"]["rule"] == "never_open:follow_up"


def test_hours_that_make_no_sense_are_refused_at_their_field(world: World) -> None:
    rep = caller(world)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"weekdays": []}, "weekdays"), ({"weekdays": [8]}, "weekdays.0"),
        ({"from": "24:01"}, "from"), ({"from": "9"}, "from"), ({"to": "12:00"}, "to"),
        ({"until": 1}, "until"), ({"until": "2020-01-01"}, "until"), ({"more": 1}, "more"),
    )  # fmt: skip
    for changes, field in wrong:
        answer = rep.post(path(world), {**LUNCH, **changes})
        assert answer.status_code == 422, changes
        assert answer.json["fields"][0]["field"] == field
    assert rep.get(path(world)).json == {"closed_hours": []}


def test_another_reps_contact_stays_as_it_is(world: World) -> None:
    other = caller(world, "liu.fang")
    assert problem(other.post(path(world), LUNCH)) == "forbidden"
    assert problem(caller(world).get("/contacts/99/closed-hours")) == "not_found"


def test_a_number_at_work_is_named_and_stays_so(world: World) -> None:
    rep, contact = caller(world), f"/contacts/{world.here.contact_id}"
    both = {"numbers": [ZHANG_WEI, MARIA], "elsewhere": ["(305) 555-0142 ".replace("(", "+1 (")]}
    assert rep.send("PATCH", contact, json=both).json["elsewhere"] == [MARIA]
    swapped = rep.send("PATCH", contact, json={"numbers": [MARIA, ZHANG_WEI]}).json
    assert (swapped["numbers"], swapped["elsewhere"]) == ([MARIA, ZHANG_WEI], [MARIA])
    stranger = rep.send("PATCH", contact, json={"elsewhere": ["+8613900139000"]})
    assert stranger.json["fields"][0]["field"] == "elsewhere"
    assert rep.send("PATCH", contact, json={"elsewhere": []}).json["elsewhere"] == []
    new = rep.post("/contacts", {"name": "x", "numbers": [MARIA], "elsewhere": [MARIA]})
    assert new.json["elsewhere"] == [MARIA]


def test_a_consent_is_kept_with_its_version_and_proof(world: World) -> None:
    rep, contact = caller(world), f"/contacts/{world.here.contact_id}"
    consent = {"basis": "written", "covers": "rep", "version": "2026-02", "given_on": "2026-02-28",
               "proof": "signed form 4711"}  # fmt: skip
    assert rep.send("PATCH", contact, json={"consent": consent}).json["consent"] == consent
    rep.send("PATCH", contact, json={"consent": None, "zone": "Asia/Tokyo"})
    with world.sessions.read() as session:
        (_, entry) = session.scalars(sa.select(AuditEntry).where(
            AuditEntry.action == "contact.change").order_by(AuditEntry.id))  # fmt: skip
    assert entry.detail == {"was": {"consent": consent, "confirmed_zone": None}}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Factory", ""])
def test_a_zone_that_the_gate_does_not_know_never_comes_in(world: World, zone: str) -> None:
    rep, contact = caller(world), f"/contacts/{world.here.contact_id}"
    for name in ("zone", "stated_zone"):
        answer = rep.send("PATCH", contact, json={name: zone})
        assert (answer.status_code, answer.json["fields"][0]["field"]) == (422, name)
    with world.sessions.read() as session:
        assert session.get_one(Contact, world.here.contact_id).confirmed_zone is None


@pytest.fixture
def admin(world: World) -> Caller:
    with world.sessions.write() as session:
        make_user(session, world.rt.now(), "admin", role=UserRole.ADMIN, phone=None)
    return caller(world, "admin")


def test_a_list_is_noted_by_an_administrator(world: World, admin: Caller) -> None:
    new = {"country": "US", "as_of": "2026-02-20", "numbers": 3}
    assert problem(caller(world).post("/do-not-call-lists", new)) == "forbidden"
    (row,) = admin.post("/do-not-call-lists", new).json["lists"]
    assert {name: row[name] for name in new} == new
    assert caller(world).get("/do-not-call-lists").json["lists"] == [row]
    for changes, field in (({"country": "KE"}, "country"), ({"as_of": "2027-01-01"}, "as_of")):
        answer = admin.post("/do-not-call-lists", {**new, **changes})
        assert answer.json["fields"][0]["field"] == field
