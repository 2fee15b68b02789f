"""The page on which a person's own hours are noted."""

import pytest

from dialer.domain.windows import parse_hours
from dialer.models.gate_facts import elsewhere_numbers, load_wishes
from dialer.selling.lists import NewList, register_list
from tests.web.conftest import Come
from tests.world import World

# What the database has to do with it is shown beside the tables.
pytestmark = pytest.mark.only_on("sqlite")

FORM = {"weekday": ["1", "3"], "from": "12:00", "to": "14:00", "reason": "lunch <b>"}


def path(world: World) -> str:
    return f"/contacts/{world.here.contact_id}/hours"


def noted(world: World) -> list[tuple[object, ...]]:
    with world.sessions.read() as session:
        wishes = load_wishes(session, [world.here.contact_id], world.rt.now())
    return [wish.week for wish in wishes.get(world.here.contact_id, ())]


def test_hours_are_noted_shown_and_taken_back(world: World, come: Come) -> None:
    visitor = come()
    assert path(world) in visitor.get(f"/accounts/{world.here.account_id}").text
    assert visitor.post(path(world), **FORM, until="2026-12-31").status_code == 302
    lunch = parse_hours("12:00-14:00")
    assert noted(world) == [(lunch, (), lunch, (), (), (), ())]
    page = visitor.get(path(world)).text
    assert "Mon, Wed" in page
    assert "12:00–14:00" in page
    assert "lunch &lt;b&gt;" in page
    visitor.post(f"{path(world)}/1/drop")
    assert noted(world) == []
    assert visitor.post(f"{path(world)}/1/drop").status_code == 404


def test_a_day_ends_at_midnight(world: World, come: Come) -> None:
    visitor = come()
    visitor.get(path(world))
    visitor.post(
        path(world), weekday=[str(n) for n in range(1, 8)], **{"from": "18:00", "to": "00:00"}
    )
    assert noted(world) == [(parse_hours("18:00-24:00"),) * 7]
    assert "Every day" in visitor.get(path(world)).text


def test_what_makes_no_sense_is_said_and_the_form_keeps_it(world: World, come: Come) -> None:
    visitor = come()
    visitor.get(path(world))
    wrong: tuple[dict[str, object], ...] = (
        {"weekday": []}, {"from": "14:00"}, {"to": "x"}, {"until": "2020-01-01"},
        {"until": "soon"}, {"reason": "x" * 201},
    )  # fmt: skip
    for changes in wrong:
        answer = visitor.post(path(world), **{**FORM, **changes})
        assert answer.status_code == 422
        assert 'id="hours-error"' in answer.text
    assert 'value="12:00"' in answer.text
    assert noted(world) == []


def test_another_rep_reads_and_writes_nothing(world: World, come: Come) -> None:
    visitor = come("liu.fang")
    page = visitor.get(path(world)).text
    assert "138 0013 8000" not in page
    assert 'name="weekday"' not in page
    assert visitor.post(path(world), **FORM).status_code == 404
    assert visitor.post(f"/contacts/{world.here.contact_id}/numbers").status_code == 404
    assert visitor.get("/contacts/99/hours").status_code == 404
    assert noted(world) == []


def test_a_number_at_work_is_ticked(world: World, come: Come) -> None:
    visitor, number = come(), world.here.number_id
    visitor.get(path(world))
    visitor.post(f"/contacts/{world.here.contact_id}/numbers", elsewhere=str(number))
    with world.sessions.read() as session:
        found = elsewhere_numbers(session, [world.here.contact_id])
    assert found == {(world.here.contact_id, number)}
    assert f'value="{number}" checked' in visitor.get(path(world)).text


def test_a_desk_shows_that_a_person_asked_not_to_be_called(world: World, come: Come) -> None:
    visitor = come()
    visitor.get(path(world))
    visitor.post(path(world), **{**FORM, "from": "09:00"})
    page = visitor.get(f"/desk?contact={world.here.contact_id}").text
    assert "the person asked not to be called then" in page


def test_the_age_of_a_list_is_told_per_country(world: World, come: Come) -> None:
    today = world.rt.now().date()
    rep = world.user(world.here.rep_id)
    for country, days in (("US", 40), ("CA", 31), ("HK", 500)):
        as_of = today.fromordinal(today.toordinal() - days)
        register_list(world.rt, rep, NewList(country=country, as_of_on=as_of, numbers=1_234))
    page = come().get("/suppressions").text
    assert "40 days old" in page
    assert "31 days old" in page
    assert "500 days old" in page
    assert page.count("sales calls wait for a newer one") == 1
    assert page.count("never imported") == 1
