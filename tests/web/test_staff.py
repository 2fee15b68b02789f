"""The pages about people: who sees and changes whom, and what is shown once."""

import re

import pytest
import sqlalchemy as sa

from dialer.domain.words import Language, UserRole
from dialer.models import ApiToken, User, UserSession
from dialer.people.tokens import authenticate_token
from tests.people.cast import Cast, open_house
from tests.web.conftest import Come
from tests.web.visitor import PASSWORD, Visitor
from tests.world import World

# The verbs behind the pages are tested on both databases, in tests/people.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def cast(world: World) -> Cast:
    return open_house(world)


def link_in(page: str) -> str:
    found = re.search(r'value="https://dialer\.test(/welcome/[0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def invite(visitor: Visitor, **fields: str) -> str:
    defaults = {"name": "new.rep", "full_name": "新人", "role": "rep", "language": "zh-TW"}
    answer = visitor.post("/people/invite", **{**defaults, **fields})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return link_in(answer.text)


def test_a_supervisor_sees_the_own_team_and_an_admin_everybody(cast: Cast, come: Come) -> None:
    page = come("chen.jie").get("/people").text
    assert "ma.li" in page
    assert "far.rep" not in page
    assert "far.rep" in come("admin").get("/people").text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("q=far", {"far.rep", "far.boss"}), ("role=supervisor", {"chen.jie", "far.boss"}),
     ("standing=disabled", set()), ("q=%25", set()), ("role=tlh&q=ma.", {"ma.li"})],
)  # fmt: skip
def test_people_are_found_by_name_role_and_state(
    cast: Cast, come: Come, asked: str, shown: set[str]
) -> None:
    page = come("admin").get(f"/people?{asked}").text
    names = {"ma.li", "far.rep", "chen.jie", "far.boss"}
    assert {name for name in names if f">{name}<" in page} == shown


def test_the_invited_comes_in_by_the_link_with_an_own_password(
    world: World, cast: Cast, come: Come
) -> None:
    path = invite(come("chen.jie"))
    stranger = come(None)
    assert stranger.get(path).headers["Location"] == "/welcome"
    page = stranger.get("/welcome").text
    assert '<html lang="' in page
    assert "新人" in page
    answer = stranger.post("/welcome", password=PASSWORD, again=PASSWORD, language="en")
    assert answer.headers["Location"] == "/login?name=new.rep"
    assert stranger.log_in("new.rep").headers["Location"] == "/"
    with world.sessions.read() as session:
        user = session.scalars(sa.select(User).where(User.name == "new.rep")).one()
    assert (user.language, user.team_id) == (Language.EN, cast.east)


def test_a_spent_link_says_so_and_opens_nothing(cast: Cast, come: Come) -> None:
    path, stranger = invite(come("chen.jie")), come(None)
    stranger.get(path)
    stranger.get("/welcome")
    stranger.post("/welcome", password=PASSWORD, again=PASSWORD, language="en")
    late = come(None)
    late.get(path)
    assert late.get("/welcome").status_code == 410
    assert late.post("/welcome", password=PASSWORD, again=PASSWORD).status_code in (400, 410)


@pytest.mark.parametrize(
    ("password", "again", "why"),
    [("short", "short", "12 characters"), (PASSWORD, "another", "not the same"),
     ("Password2024", "Password2024", "first that others")],
)  # fmt: skip
def test_a_bad_choice_is_refused_and_the_link_still_counts(
    cast: Cast, come: Come, password: str, again: str, why: str
) -> None:
    stranger = come(None)
    stranger.get(invite(come("chen.jie"), language="en"))
    stranger.get("/welcome", headers={"Accept-Language": "en"})
    answer = stranger.client.post(
        "/welcome", base_url="https://dialer.test", headers={"Accept-Language": "en"},
        data={"csrf_token": stranger.token, "password": password, "again": again},
    )  # fmt: skip
    assert answer.status_code == 422
    assert why in answer.text
    assert stranger.get("/welcome").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"name": "admin"}, 422), ({"name": ""}, 422), ({"name": "x" * 81}, 422),
     ({"role": "admin"}, 403), ({"role": "king"}, 400), ({"language": "tlh"}, 400),
     ({"phone": "call me"}, 422)],
)  # fmt: skip
def test_a_bad_invitation_makes_nobody(
    world: World, cast: Cast, come: Come, fields: dict[str, str], status: int
) -> None:
    asked = {"name": "new.rep", "role": "rep", "language": "en", **fields}
    assert come("chen.jie").post("/people/invite", **asked).status_code == status
    with world.sessions.read() as session:
        count = session.scalar(sa.select(sa.func.count()).where(User.name == "new.rep"))
    assert count == 0


def test_shutting_out_ends_what_the_browser_has_open(cast: Cast, come: Come) -> None:
    rep, boss = come("ma.li"), come("chen.jie")
    assert rep.get("/desk").status_code == 200
    boss.post(f"/people/{cast.rep.id}/disable")
    assert rep.get("/desk").status_code == 302
    script = rep.ask("/desk/dial")
    assert (script.status_code, script.mimetype) == (401, "application/problem+json")
    boss.post(f"/people/{cast.rep.id}/enable")
    assert rep.get("/desk").status_code == 302


@pytest.mark.parametrize("deed", ["disable", "enable", "link", "details"])
def test_a_supervisor_changes_nobody_outside_the_team(
    world: World, cast: Cast, come: Come, deed: str
) -> None:
    boss = come("chen.jie")
    for other in (cast.far_rep, cast.far_boss, cast.admin):
        assert boss.post(f"/people/{other.id}/{deed}").status_code == 404
        assert world.user(other.id).disabled_at is None


def test_an_administrator_moves_people_and_they_log_in_anew(
    world: World, cast: Cast, come: Come
) -> None:
    rep, admin = come("ma.li"), come("admin")
    admin.post(f"/people/{cast.rep.id}/place", role="supervisor", team=str(cast.west))
    moved = world.user(cast.rep.id)
    assert (moved.role, moved.team_id) == (UserRole.SUPERVISOR, cast.west)
    assert rep.get("/desk").status_code == 302


def test_an_administrator_cannot_lock_the_house_from_inside(
    world: World, cast: Cast, come: Come
) -> None:
    admin = come("admin")
    for deed in (f"/people/{cast.admin.id}/disable", f"/people/{cast.admin.id}/place"):
        answer = admin.post(deed, role="rep")
        assert "themselves" in admin.get(answer.headers["Location"]).text
    assert world.user(cast.admin.id).role is UserRole.ADMIN


def test_teams_are_added_and_renamed(cast: Cast, come: Come) -> None:
    admin = come("admin")
    admin.post("/people/teams", name="North & 北")
    admin.post(f"/people/teams/{cast.east}", name="Orient")
    page = admin.get("/people").text
    assert "North &amp; 北" in page
    assert "Orient" in page
    assert admin.post("/people/teams", name="Orient").status_code == 422


def test_one_sees_and_ends_the_own_sessions(world: World, come: Come) -> None:
    here, elsewhere = come(), come()
    assert "this browser" in here.get("/settings/sessions").text
    here.post("/settings/sessions/end-others")
    assert elsewhere.get("/desk").status_code == 302
    assert here.get("/desk").status_code == 200


def test_a_session_of_somebody_else_is_not_there(world: World, cast: Cast, come: Come) -> None:
    rep = come("ma.li")
    come("admin")
    with world.sessions.read() as session:
        theirs = session.scalars(
            sa.select(UserSession.id).where(UserSession.user_id == cast.admin.id)
        ).one()
    assert rep.post(f"/sessions/{theirs}/end").status_code == 404


def test_an_administrator_logs_anybody_out(cast: Cast, come: Come) -> None:
    rep, admin = come("ma.li"), come("admin")
    admin.post(f"/people/{cast.rep.id}/sessions/end")
    assert rep.get("/desk").status_code == 302


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
         "Safari · iPhone"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)  # fmt: skip
def test_a_session_shows_where_it_is(world: World, come: Come, user_agent: str, shown: str) -> None:
    visitor = come()
    with world.sessions.write() as session:
        session.execute(sa.update(UserSession).values(user_agent=user_agent, address="192.0.2.7"))
    page = visitor.get("/settings/sessions").text
    assert shown in page
    assert "192.0.2.7" in page
    assert "<script>alert" not in page


def test_a_program_gets_a_token_once_and_loses_it_at_once(
    world: World, cast: Cast, come: Come
) -> None:
    admin = come("admin")
    made = admin.post("/programs", name="CRM <b>", user="ma.li", scope="calls")
    secret = re.findall(r'value="([0-9a-f]{64})"', made.text)[0]
    assert secret not in admin.get("/programs").text
    who = authenticate_token(world.rt, secret)
    assert who is not None
    assert who.scopes == {"calls"}
    with world.sessions.read() as session:
        token_id = session.scalars(sa.select(ApiToken.id)).one()
    admin.post(f"/programs/{token_id}/revoke")
    assert authenticate_token(world.rt, secret) is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"name": ""}, 422), ({"user": "nobody"}, 422), ({"scope": ""}, 400), ({"scope": "x"}, 400)],
)
def test_a_bad_wish_for_a_token_makes_none(
    world: World, cast: Cast, come: Come, fields: dict[str, str], status: int
) -> None:
    asked = {"name": "crm", "user": "ma.li", "scope": "calls", **fields}
    assert come("admin").post("/programs", **asked).status_code == status
    with world.sessions.read() as session:
        assert session.scalars(sa.select(ApiToken)).all() == []
