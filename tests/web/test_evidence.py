"""What is on record about a number, who may read it, and taking it along."""

import csv
import io
import json
from datetime import date

import pytest
import sqlalchemy as sa

from dialer.calling.errors import Refused
from dialer.calling.suppress import suppress
from dialer.domain.words import Purpose, SuppressionReason, UserRole
from dialer.models import AuditEntry, Contact, PhoneNumber, StoredVerdict, User
from dialer.selling.closed_hours import Closed, close_hours
from dialer.selling.contacts import update_contact
from dialer.selling.lists import NewList, register_list
from tests.make import REP_PHONE, ZHANG_WEI, make_team
from tests.web.conftest import Come
from tests.world import World


def refuse_closing(world: World) -> None:
    """A closing call in the morning: the gate's answer is stored."""
    with pytest.raises(Refused):
        world.click(purpose=Purpose.CLOSING)


def talk(world: World) -> int:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(9)
    call_id = world.click()
    world.advance(25)
    return call_id


def become(world: World, role: UserRole) -> None:
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = role


def page_of(world: World) -> str:
    return f"/evidence/{world.here.number_id}"


def test_a_refusal_stands_there_with_rule_asker_and_facts(world: World, come: Come) -> None:
    refuse_closing(world)
    page = come().get(page_of(world)).text
    assert "Not before 2026-03-02 20:00" in page
    assert "purpose_hours:closing" in page
    assert "Asked by 王敏" in page
    assert world.rt.policy.digest[:12] in page


def test_an_allowed_dial_leads_to_its_call(world: World, come: Come) -> None:
    call_id = talk(world)
    page = come().get(page_of(world)).text
    assert f'href="/calls/{call_id}"' in page
    assert page.count("The call may be placed now") == 3


def test_the_history_that_counted_is_part_of_the_facts(world: World, come: Come) -> None:
    talk(world)
    refuse_closing(world)
    assert "2026-03-02 02:00:04Z talked" in come().get(page_of(world)).text


def test_the_same_rules_give_the_same_answer_again(world: World, come: Come) -> None:
    refuse_closing(world)
    talk(world)
    with pytest.raises(Refused):
        world.click()
    page = come().get(page_of(world)).text
    assert page.count("give the same answer") == 5
    assert "would answer differently" not in page


def test_an_answer_that_other_rules_gave_is_shown_beside_todays(world: World, come: Come) -> None:
    refuse_closing(world)
    with world.sessions.write() as session:
        row = session.scalars(sa.select(StoredVerdict)).one()
        row.verdict, row.rule, row.not_until_at, row.policy_hash = "allowed", "ok", None, "ab" * 32
    page = come().get(page_of(world)).text
    assert "would answer differently" in page
    assert "Not before 2026-03-02 20:00" in page


def test_the_replay_knows_what_a_consent_covered(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        contact.consent = {"basis": "written", "covers": "machine"}
        number = session.get_one(PhoneNumber, world.here.number_id)
        number.e164, number.region, number.zones = "+33612345678", "FR", ["Europe/Paris"]
    with pytest.raises(Refused):
        world.click()
    page = come().get(page_of(world)).text
    assert "Never without consent" in page
    assert "would answer differently" not in page


def test_an_erased_number_still_has_its_record(world: World, come: Come) -> None:
    refuse_closing(world)
    with world.sessions.write() as session:
        session.get_one(PhoneNumber, world.here.number_id).e164 = None
    page = come().get(page_of(world)).text
    assert "give the same answer" in page
    assert "13800138" not in page.replace(" ", "")


def test_suppressions_and_consents_stand_beside_with_their_source(world: World, come: Come) -> None:
    with world.sessions.write() as session:
        session.get_one(Contact, world.here.contact_id).consent = {"basis": "written"}
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "call 12", None)
    page = come().get(page_of(world)).text
    assert "in writing · by a rep, by machine" in page
    assert "asked not to be called" in page
    assert "Source: Call 12" in page


def test_another_reps_number_is_not_there(world: World, come: Come) -> None:
    visitor = come("liu.fang")
    for path in (page_of(world), f"{page_of(world)}.csv", f"{page_of(world)}.json"):
        assert visitor.get(path).status_code == 404
    assert "No number fits" in visitor.get("/evidence?number=13800138000").text


@pytest.mark.parametrize(("team", "status"), [("", 200), ("West", 404)])
def test_a_supervisor_reads_the_own_teams(world: World, come: Come, team: str, status: int) -> None:
    with world.sessions.write() as session:
        user = session.get_one(User, world.here.other_rep_id)
        user.role = UserRole.SUPERVISOR
        user.team_id = make_team(session, team).id if team else None
    assert come("liu.fang").get(page_of(world)).status_code == status


def test_a_number_is_found_by_its_digits(world: World, come: Come) -> None:
    found = come().get("/evidence?number=138 0013")
    assert found.headers["Location"] == page_of(world)
    assert "No number fits" in come().get("/evidence?number=13").text


def test_the_csv_is_harmless_and_noted(world: World, come: Come) -> None:
    refuse_closing(world)
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).full_name = "=cmd()"
    data = come().get(f"{page_of(world)}.csv").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(data))
    assert (row["Asked by"], row["Number"]) == ("'=cmd()", "'+8613800138000")
    assert (row["Rule"], row["Rule today"]) == ("purpose_hours:closing",) * 2
    with world.sessions.read() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "evidence.export")
        ).one()
    assert (entry.subject_id, entry.detail) == (world.here.number_id, {"form": "csv"})


def test_the_json_is_the_whole_record(world: World, come: Come) -> None:
    refuse_closing(world)
    suppress(world.rt, world.here.number_id, SuppressionReason.LEGAL, "page", None)
    record = json.loads(come().get(f"{page_of(world)}.json").data)
    (verdict,) = record["verdicts"]
    assert verdict["rule"] == "purpose_hours:closing"
    assert verdict["facts"]["number"] == {
        "region": "CN", "kind": "mobile", "zones": ["Asia/Shanghai"],
    }  # fmt: skip
    assert verdict["today"]["same"] is True
    assert record["suppressions"][0]["reason"] == "legal"
    assert record["today"]["policy_hash"] == world.rt.policy.digest


def test_a_long_record_has_pages(world: World, come: Come) -> None:
    for _ in range(51):
        refuse_closing(world)
    visitor = come()
    page = visitor.get(page_of(world)).text
    older = page.rpartition("before=")[2].partition('"')[0]
    second = visitor.get(f"{page_of(world)}?before={older}").text
    assert (page.count('class="proof"'), second.count('class="proof"')) == (50, 1)


def test_what_the_person_asked_for_and_the_lists_stand_among_the_facts(
    world: World, come: Come
) -> None:
    rep, until = world.user(world.here.rep_id), date(2026, 12, 31)
    closed = Closed(weekdays=frozenset({1, 3}), from_minute=540, to_minute=720, until_on=until)
    close_hours(world.rt, rep, world.here.contact_id, closed)
    update_contact(world.rt, rep, world.here.contact_id, {"elsewhere": (ZHANG_WEI,)})
    register_list(world.rt, rep, NewList(country="US", as_of_on=date(2026, 2, 1), numbers=1))
    with pytest.raises(Refused):
        world.click()
    page = come().get(page_of(world)).text
    assert "Mon 09:00-12:00 · Wed 09:00-12:00, until 2026-12-31" in page
    assert "neither at home nor a personal mobile" in page
    assert "United States 2026-02-01" in page
    assert page.count("give the same answer") == 1
