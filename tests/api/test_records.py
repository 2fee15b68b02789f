"""Accounts, contacts, suppressions and users by program."""

from typing import Any

import pytest
import sqlalchemy as sa

from dialer.domain.words import SuppressionReason, UserRole
from dialer.models import AuditEntry, Suppression
from tests.api.caller import Caller, caller, problem
from tests.make import LI_NA, MARIA, ZHANG_WEI, make_account, make_contact, make_user
from tests.world import World


@pytest.fixture
def rep(world: World) -> Caller:
    return caller(world)


@pytest.fixture
def admin(world: World) -> Caller:
    with world.sessions.write() as session:
        make_user(session, world.rt.now(), "admin", role=UserRole.ADMIN, phone=None)
    return caller(world, "admin")


def make_pool_account(world: World) -> int:
    with world.sessions.write() as session:
        return make_account(session, world.rt.now(), "公海", owner_id=None).id


def test_an_account_that_a_rep_makes_is_the_reps(rep: Caller) -> None:
    answer = rep.post("/accounts", {"name": " 沪上精密 ", "class": "A", "stage": 2})
    assert answer.status_code == 201
    assert answer.json["name"] == "沪上精密"
    assert answer.json["owner"] == "wang.min"
    assert (answer.json["class"], answer.json["stage"]) == ("A", 2)


def test_an_account_may_be_made_for_the_public_pool(rep: Caller) -> None:
    assert rep.post("/accounts", {"name": "x", "owner": None}).json["owner"] is None


@pytest.mark.parametrize("owner", ["liu.fang", 2])
def test_an_admin_names_an_owner_by_name_or_id(admin: Caller, owner: Any) -> None:
    assert admin.post("/accounts", {"name": "x", "owner": owner}).json["owner"] == "liu.fang"


def test_a_rep_makes_nobody_else_an_owner(rep: Caller) -> None:
    assert problem(rep.post("/accounts", {"name": "x", "owner": "liu.fang"})) == "forbidden"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "owner": "nobody"}, "owner"),
        ({"name": "x", "class": "F"}, "class"),
        ({"name": "x", "stage": 10**30}, "stage"),
        ({"name": "x", "address_region": "XX-1"}, "address_region"),
        ({"name": "x", "team_id": 1}, "team_id"),
        ({"name": "x", "id": 1}, "id"),
    ],
)
def test_an_account_of_the_wrong_shape_names_its_field(
    rep: Caller, body: dict[str, Any], field: str
) -> None:
    answer = rep.post("/accounts", body)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json["fields"][0]["field"].startswith(field)


def test_a_change_leaves_the_other_fields(world: World, rep: Caller) -> None:
    path = f"/accounts/{world.here.account_id}"
    before = rep.get(path).json
    after = rep.send("PATCH", path, json={"stage": 5}).json
    assert after == {**before, "stage": 5}


def test_a_colleagues_account_is_seen_but_not_changed(world: World, rep: Caller) -> None:
    other = caller(world, "liu.fang")
    path = f"/accounts/{world.here.account_id}"
    assert other.get(path).status_code == 200
    assert other.send("PATCH", path, json={"stage": 5}).status_code == 403
    assert other.post(f"{path}/release").status_code == 403
    assert rep.get(path).json["stage"] == 3


def test_the_first_to_claim_gets_the_account(world: World, rep: Caller) -> None:
    path = f"/accounts/{make_pool_account(world)}"
    assert rep.post(f"{path}/claim").json["owner"] == "wang.min"
    assert problem(caller(world, "liu.fang").post(f"{path}/claim")) == "owned"
    assert rep.post(f"{path}/release").json["owner"] is None


def test_accounts_are_listed_by_word_and_by_pool(world: World, rep: Caller) -> None:
    make_pool_account(world)
    names = [a["name"] for a in rep.get("/accounts", pool="true").json["accounts"]]
    assert names == ["公海"]
    assert [a["name"] for a in rep.get("/accounts", text="机").json["accounts"]] == ["华东机械"]
    assert len(rep.get("/accounts", limit=1).json["accounts"]) == 1


def test_a_contacts_numbers_are_kept_as_e164_without_repeats(world: World, rep: Caller) -> None:
    answer = rep.post(
        "/contacts",
        {
            "name": "李娜",
            "numbers": ["139 0013 9000", "+86-139-0013-9000", "+1 (305) 555-0142"],
            "account_id": world.here.account_id,
            "zone": "Asia/Urumqi",
            "consent": {"basis": "written"},
        },
    )
    assert answer.status_code == 201
    assert answer.json["numbers"] == [LI_NA, MARIA]
    assert answer.json["zone"] == "Asia/Urumqi"
    assert answer.json["consent"] == {
        "basis": "written", "covers": "all", "version": None, "proof": None, "given_on": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"numbers": []}, "numbers"),
        ({"numbers": ["+8613800138000", "nonsense"]}, "numbers.1"),
        ({"numbers": ["112"]}, "numbers.0"),
        ({"numbers": "+8613800138000"}, "numbers"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"address_region": "US-ZZ"}, "address_region"),
        ({"consent": {"basis": "hearsay"}}, "consent"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_a_contact_of_the_wrong_shape_names_its_field(
    rep: Caller, changes: dict[str, Any], field: str
) -> None:
    answer = rep.post("/contacts", {"name": "x", "numbers": [LI_NA], **changes})
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json["fields"][0]["field"].startswith(field)


def test_a_contact_without_an_account_can_be_called_at_once(rep: Caller) -> None:
    contact = rep.post("/contacts", {"name": "李娜", "numbers": [LI_NA]}).json
    assert contact["numbers"] == [LI_NA]
    assert rep.click(contact_id=contact["id"]).status_code == 201


def test_numbers_of_a_colleagues_account_are_masked(world: World) -> None:
    contact = caller(world, "liu.fang").get(f"/contacts/{world.here.contact_id}").json
    assert contact["numbers"] == ["+86*******8000"]


def test_numbers_are_replaced_in_order(world: World, rep: Caller) -> None:
    path = f"/contacts/{world.here.contact_id}"
    changed = rep.send("PATCH", path, json={"numbers": [MARIA, ZHANG_WEI]}).json
    assert changed["numbers"] == [MARIA, ZHANG_WEI]
    assert changed["name"] == "张伟"


def test_nobody_adds_a_contact_to_a_colleagues_account(world: World) -> None:
    other = caller(world, "liu.fang")
    body = {"name": "x", "numbers": [LI_NA], "account_id": world.here.account_id}
    assert other.post("/contacts", body).status_code == 403
    assert other.post("/contacts", {**body, "account_id": 99}).status_code == 404


def test_contacts_are_listed_by_account_and_name(world: World, rep: Caller) -> None:
    with world.sessions.write() as session:
        make_contact(session, world.rt.now(), None, "李娜", LI_NA)
    by_account = rep.get("/contacts", account_id=world.here.account_id).json["contacts"]
    assert [contact["name"] for contact in by_account] == ["张伟"]
    assert [c["name"] for c in rep.get("/contacts", text="李").json["contacts"]] == ["李娜"]


def test_a_suppressed_number_is_not_dialled_any_more(world: World, rep: Caller) -> None:
    answer = rep.post("/suppressions", {"number": "138 0013 8000", "reason": "opt_out"})
    assert (answer.status_code, answer.json["number"]) == (201, ZHANG_WEI)
    refused = rep.click()
    assert (problem(refused), refused.json["verdict"]["rule"]) == ("verdict", "suppressed")
    assert refused.json["verdict"]["verdict"] == "never"


def test_suppressing_twice_is_suppressing_once(world: World, rep: Caller) -> None:
    body = {"number": ZHANG_WEI, "reason": "opt_out"}
    assert rep.post("/suppressions", body).json["id"] == rep.post("/suppressions", body).json["id"]
    with world.sessions.read() as session:
        rows = session.scalars(sa.select(Suppression.reason)).all()
    assert rows == [SuppressionReason.OPT_OUT]


def test_reps_read_suppressed_numbers_masked(rep: Caller, admin: Caller) -> None:
    rep.post("/suppressions", {"number": ZHANG_WEI, "reason": "manual"})
    listed = rep.get("/suppressions").json["suppressions"]
    assert [row["number"] for row in listed] == ["+86*******8000"]
    assert admin.get("/suppressions").json["suppressions"][0]["number"] == ZHANG_WEI


def test_users_are_for_admins_and_show_no_secret(rep: Caller, admin: Caller) -> None:
    assert rep.get("/users").status_code == 403
    users = admin.get("/users").json["users"]
    assert [user["name"] for user in users] == ["wang.min", "liu.fang", "admin"]
    assert not any("password" in field for field in users[0])
    assert admin.get("/users/1").json == users[0]
    assert admin.get("/users/99").status_code == 404


def test_every_change_of_a_record_is_in_the_audit_log(world: World, rep: Caller) -> None:
    account = rep.post("/accounts", {"name": "x"}).json["id"]
    rep.send("PATCH", f"/accounts/{account}", json={"stage": 2})
    rep.post("/contacts", {"name": "李娜", "numbers": [LI_NA], "account_id": account})
    rep.post("/suppressions", {"number": LI_NA, "reason": "manual"})
    with world.sessions.read() as session:
        actions = session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.actor_id == world.here.rep_id)
            .order_by(AuditEntry.id)
        ).all()
    assert actions == ["token.add", "account.add", "account.change", "contact.add", "suppress"]


@pytest.mark.parametrize("path", ["/tasks", "/promises", "/receivables", "/accounts", "/calls"])
def test_a_cursor_beyond_every_row_is_an_empty_page(world: World, path: str) -> None:
    answer = caller(world, "wang.min").get(path, cursor=2**62)
    assert answer.status_code == 200
    assert answer.json["next_cursor"] is None
