"""Teams: made and renamed; who is in one is a matter of the users."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import AuditEntry, Team, User
from dialer.people.errors import BadTeam, NotThere
from dialer.people.log_in import is_text
from dialer.people.passwords import normal_form
from dialer.runtime import Runtime

NAME_LENGTH = 80


def add_team(rt: Runtime, actor: User, name: str) -> int:
    """Make a team and return its id. Raises BadTeam."""
    team = Team(name=clean(name))
    try:
        with rt.sessions.write() as session:
            session.add(team)
            session.flush()
            session.add(entry(rt, actor, "team.add", team.id))
            return team.id
    except sa.exc.IntegrityError:
        raise BadTeam from None


def rename_team(rt: Runtime, actor: User, team_id: int, name: str) -> None:
    """Give a team another name. Raises BadTeam or NotThere."""
    wanted = clean(name)
    try:
        with rt.sessions.write() as session:
            find_team(session, team_id).name = wanted
            session.flush()
            session.add(entry(rt, actor, "team.rename", team_id))
    except sa.exc.IntegrityError:
        raise BadTeam from None


def clean(name: str) -> str:
    """A name as it is kept. Raises BadTeam."""
    wanted = normal_form(name).strip()
    if not wanted or len(wanted) > NAME_LENGTH or not is_text(wanted):
        raise BadTeam
    return wanted


def find_team(session: Session, team_id: int) -> Team:
    """A team. Raises NotThere."""
    team = session.get(Team, team_id)
    if team is None:
        raise NotThere("team")
    return team


def entry(rt: Runtime, actor: User, action: str, team_id: int) -> AuditEntry:
    """Who did what to which team."""
    return AuditEntry(
        at=rt.now(), actor_id=actor.id, action=action, subject_kind="team", subject_id=team_id
    )
