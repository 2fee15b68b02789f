"""Who may see and dial what."""

import pytest
import sqlalchemy as sa

from dialer.domain.words import UserRole
from dialer.models import Account, User
from dialer.models.visibility import may_dial_account, may_read_number, sees_account
from tests.make import make_account, make_team, make_user
from tests.world import World

# Who looks: at their own account, a colleague's, the pool's, another team's. s sees, n reads the
# numbers, d may dial.
RIGHTS = {
    "rep": ("snd", "s", "sd", ""),
    "supervisor": ("snd", "snd", "snd", ""),
    "admin": ("snd", "snd", "snd", "snd"),
}


def cast(world: World, role: UserRole) -> tuple[int, list[int]]:
    """A viewer of this role, and the four accounts."""
    now = world.rt.now()
    with world.sessions.write() as session:
        east, west = make_team(session, "East"), make_team(session, "West")
        viewer = make_user(session, now, "viewer", role=role, team_id=east.id)
        colleague = make_user(session, now, "colleague", team_id=east.id)
        stranger = make_user(session, now, "stranger", team_id=west.id)
        accounts = [
            make_account(session, now, owner_id=viewer.id, team_id=east.id),
            make_account(session, now, owner_id=colleague.id, team_id=east.id),
            make_account(session, now, owner_id=None, team_id=west.id),
            make_account(session, now, owner_id=stranger.id, team_id=west.id),
        ]
        return viewer.id, [account.id for account in accounts]


@pytest.mark.parametrize("role", list(UserRole))
def test_each_role_sees_reads_and_dials_what_it_may(world: World, role: UserRole) -> None:
    viewer_id, account_ids = cast(world, role)
    with world.sessions.read() as session:
        viewer = session.get_one(User, viewer_id)
        found = []
        for account_id in account_ids:
            account = session.get_one(Account, account_id)
            query = sa.select(Account.id).where(Account.id == account_id, sees_account(viewer))
            seen = session.scalar(query) is not None
            reads = seen and may_read_number(viewer, account)
            dials = may_dial_account(viewer, account)
            found.append("s" * seen + "n" * reads + "d" * dials)
    assert tuple(found) == RIGHTS[role]
