"""The rules as everybody may read them, and the contacts whom they shut out."""

import re

import pytest
import sqlalchemy as sa
from markupsafe import escape

from dialer.domain.windows import parse_hours, weekly
from dialer.domain.words import Language, UserRole
from dialer.models import Account, AuditEntry, Contact, User
from dialer.web import rule_words
from tests.make import make_account, make_contact, make_team
from tests.web.conftest import Come
from tests.web.visitor import Visitor
from tests.world import World, shipped_policy

TOLL_FREE = "+18005550123"


def shown(page: str) -> set[str]:
    """The presets on the page."""
    return set(re.findall(r'<article class="rule" id="([^"]+)"', page))


def test_every_preset_stands_on_the_page_with_its_source_and_date(come: Come) -> None:
    page = come().get("/rules").text
    assert shown(page) == set(shipped_policy().presets)
    assert page.count("Checked on") == len(shipped_policy().presets)


def test_the_prose_stands_beside_the_data_for_every_cap_pause_and_consent(come: Come) -> None:
    page = come().get("/rules").text
    for preset in shipped_policy().presets.values():
        consent = (preset.consent,) if preset.consent else ()
        for row in (*preset.caps, *preset.cool_offs, *consent):
            assert str(escape(row.source_text)) in page


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("country=FR", {"FR"}),
        ("country=CN&law=collection", {"CN-debt"}),
        ("country=CN&law=sales", {"CN"}),
        ("country=PR&law=collection", {"US-debt"}),
        ("country=SG&law=collection", {"SG"}),
        ("country=XX&law=none", set(shipped_policy().presets)),
    ],
)
def test_the_rules_are_filtered_by_country_and_law(come: Come, query: str, ids: set[str]) -> None:
    assert shown(come().get(f"/rules?{query}").text) == ids


def test_a_weak_source_is_marked_and_a_strong_one_is_not(come: Come) -> None:
    visitor = come()
    assert "tag tone-late" in visitor.get("/rules?country=JP&law=sales").text
    assert "tag tone-late" not in visitor.get("/rules?country=FR").text


def test_the_sentences_say_what_the_data_say(come: Come) -> None:
    page = come().get("/rules?country=FR").text
    assert "At most 4 tries per person, in any 30 days." in page
    assert "After a refusal, no call for 60 days (per person)." in page
    assert "No calls on holidays." in page
    assert "10:00–13:00, 14:00–20:00" in page


def test_the_page_names_the_rules_hash_and_the_data(world: World, come: Come) -> None:
    page = come().get("/rules").text
    assert world.rt.policy.digest in page
    assert "tzdata 20" in page


def test_days_in_a_row_with_the_same_hours_are_said_once() -> None:
    nine, ten = parse_hours("09:00-12:00,13:00-18:00"), parse_hours("10:00-12:00")
    assert [(a, b) for a, b, _hours in rule_words.runs(weekly(nine, ten, ten))] == [(0, 4), (5, 6)]


def test_bars_stand_where_the_hours_are() -> None:
    week = weekly(parse_hours("10:00-13:00,14:00-20:00"), (), ())
    assert rule_words.bars(week)[0] == [(10, 3), (14, 6)]
    assert rule_words.bars(week)[6] == []


def test_countries_are_named_in_the_readers_language(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).language = Language.ZH_CN
    assert "法国" in come().get("/rules?country=FR").text


def add_toll_free(world: World, **fields: object) -> int:
    with world.sessions.write() as session:
        account = make_account(
            session, world.rt.now(), "Toll Free", **{"owner_id": world.here.rep_id, **fields}
        )
        return make_contact(session, world.rt.now(), account, "Jim", TOLL_FREE).id


def test_whom_no_minute_suits_is_listed_with_the_reason(world: World, come: Come) -> None:
    add_toll_free(world)
    page = come().get("/unreachable?purpose=closing").text
    assert "Jim" in page
    assert "no minute suits all of" in page
    assert "张伟" not in page.partition("<table")[2]


def test_a_purpose_with_more_time_reaches_more(world: World, come: Come) -> None:
    add_toll_free(world)
    assert "Everybody can be reached" in come().get("/unreachable?purpose=collection").text


def set_zone(visitor: Visitor, contact_id: int, zone: str) -> int:
    return visitor.post(f"/unreachable/{contact_id}/zone", zone=zone, purpose="closing").status_code


def test_a_confirmed_zone_opens_the_hours_and_is_noted(world: World, come: Come) -> None:
    contact_id, visitor = add_toll_free(world), come()
    set_zone(visitor, contact_id, "America/New_York")
    assert "Everybody can be reached" in visitor.get("/unreachable?purpose=closing").text
    with world.sessions.read() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "contact.zone")
        ).one()
        assert session.get_one(Contact, contact_id).confirmed_zone == "America/New_York"
    assert (entry.actor_id, entry.detail) == (
        world.here.rep_id, {"was": None, "is": "America/New_York"},
    )  # fmt: skip


def test_a_zone_that_is_none_changes_nothing(world: World, come: Come) -> None:
    contact_id, visitor = add_toll_free(world), come()
    set_zone(visitor, contact_id, "Mars/Olympus")
    assert "This is no time zone" in visitor.get("/unreachable").text
    with world.sessions.read() as session:
        assert session.get_one(Contact, contact_id).confirmed_zone is None


def test_another_reps_contact_keeps_its_zone(world: World, come: Come) -> None:
    contact_id = add_toll_free(world, owner_id=world.here.other_rep_id)
    visitor = come()
    page = visitor.get("/unreachable?purpose=closing").text
    assert "800-555" not in page
    assert f"/unreachable/{contact_id}/zone" not in page
    assert set_zone(visitor, contact_id, "America/New_York") == 404


def test_what_no_zone_can_lift_is_not_asked_for_one(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        account = make_account(session, world.rt.now(), "Paris", owner_id=world.here.rep_id)
        contact = make_contact(session, world.rt.now(), account, "Claire", "+33612345678")
    page = come().get("/unreachable?purpose=closing").text
    assert "Never without consent" in page
    assert f"/unreachable/{contact.id}/zone" not in page


def test_a_contact_of_another_team_is_not_listed(world: World, come: Come) -> None:
    add_toll_free(world, owner_id=None)
    with world.sessions.write() as session:
        session.get_one(User, world.here.other_rep_id).role = UserRole.SUPERVISOR
        account = session.scalars(sa.select(Account).where(Account.name == "Toll Free")).one()
        account.owner_id, account.team_id = world.here.rep_id, make_team(session, "West").id
    assert "Jim" not in come("liu.fang").get("/unreachable").text
