"""A house with two teams, a supervisor in one of them, and administrators."""

from dataclasses import dataclass

from dialer.domain.words import UserRole
from dialer.models import User
from tests.make import make_team, make_user
from tests.world import World

KNOWN_HASH = "somebody's hash"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who works here; `east` and `west` are teams."""

    east: int
    west: int
    rep: User
    far_rep: User
    boss: User
    far_boss: User
    admin: User


def open_house(world: World) -> Cast:
    """Everybody has some password, or at least seems to."""
    now = world.rt.now()
    with world.sessions.write() as session:
        east, west = make_team(session, "East"), make_team(session, "West")
        bosses = {"role": UserRole.SUPERVISOR}
        rep = make_user(session, now, "ma.li", team_id=east.id)
        far_rep = make_user(session, now, "far.rep", team_id=west.id)
        boss = make_user(session, now, "chen.jie", team_id=east.id, full_name="Chen Jie", **bosses)
        far_boss = make_user(session, now, "far.boss", team_id=west.id, **bosses)
        admin = make_user(session, now, "admin", full_name="Admin", role=UserRole.ADMIN)
        return Cast(
            east=east.id, west=west.id, rep=rep, far_rep=far_rep, boss=boss, far_boss=far_boss,
            admin=admin,
        )  # fmt: skip
