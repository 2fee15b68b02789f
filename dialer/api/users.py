"""Users, as records for programs: read, invited, moved, shut out and let in again."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field, StringConstraints
from sqlalchemy.orm import joinedload

from dialer.api.pages import fetch_page
from dialer.api.problems import Problem
from dialer.api.route import ADMINS, Asked, Route
from dialer.api.shapes import ANY_TEXT, Body, Id, Name, NumberText, Out, PageQuery
from dialer.domain.phone import normalise
from dialer.domain.words import Language, UserRole
from dialer.models import User
from dialer.models.staff import Standing, standing_of
from dialer.people.invite import invite
from dialer.people.users import NewUser, dismiss_user, enable_user, move_user

FullName = Annotated[str, StringConstraints(max_length=120, pattern=ANY_TEXT)]


class UserIn(Body):
    """Somebody who is to work here. They choose their own password, by the link of the answer."""

    name: Name
    role: UserRole
    full_name: FullName = ""
    team_id: Id | None = None
    phone: NumberText | None = None
    language: Language = Language.ZH_CN


class UserChange(Body):
    """Fields to be changed; the others stay. Another role or team ends every session."""

    role: UserRole = UserRole.REP
    team_id: Id | None = None


class UserOut(Out):
    """Someone who logs in; `invited` before they have chosen a password."""

    id: int
    name: str
    full_name: str
    role: UserRole
    team_id: int | None
    team: str | None
    phone: str | None
    language: Language
    state: Standing
    has_second_factor: bool
    disabled_at: datetime | None


class InvitedOut(UserOut):
    """The new user, and the one-time link that nobody can be told again."""

    link: Annotated[str, Field(description="To be handed to the new user; works once.")]
    link_expires_at: datetime


class UsersOut(Out):
    """One page, oldest first."""

    users: list[UserOut]
    next_cursor: int | None


def list_users(asked: Asked) -> UsersOut:
    """Everybody who logs in, or did."""
    query = sa.select(User).options(joinedload(User.team))
    with asked.rt.sessions.read() as session:
        page = fetch_page(session, query, User.id, asked.query)
    return UsersOut(
        users=[UserOut(**fields_of(row)) for row in page.rows], next_cursor=page.next_cursor
    )


def show_user(asked: Asked, user_id: int) -> UserOut:
    """One user."""
    return UserOut(**fields_of(load_user(asked, user_id)))


def load_user(asked: Asked, user_id: int) -> User:
    """A user with their team. Raises Problem."""
    with asked.rt.sessions.read() as session:
        user = session.get(User, user_id, options=[joinedload(User.team)])
    if user is None:
        raise Problem(404, "not_found", "There is no such user.")
    return user


def fields_of(user: User) -> dict[str, Any]:
    """A user as they go out, without anything that opens a door."""
    return {
        "id": user.id,
        "name": user.name,
        "full_name": user.full_name,
        "role": user.role,
        "team_id": user.team_id,
        "team": user.team.name if user.team else None,
        "phone": user.phone,
        "language": user.language,
        "state": standing_of(user),
        "has_second_factor": user.factor_at is not None,
        "disabled_at": user.disabled_at,
    }


def add_user(asked: Asked) -> InvitedOut:
    """Invite somebody."""
    body: UserIn = asked.body
    region = asked.rt.settings.default_region
    new = NewUser(
        name=body.name,
        role=body.role,
        full_name=body.full_name,
        phone=normalise(body.phone, region) if body.phone else None,
        language=body.language,
        team_id=body.team_id,
    )
    link = invite(asked.rt, asked.who.user, new)
    return InvitedOut(
        **fields_of(load_user(asked, link.user_id)),
        link=f"{asked.rt.settings.public_base_url}/welcome/{link.secret}",
        link_expires_at=link.expires_at,
    )


def change_user(asked: Asked, user_id: int) -> UserOut:
    """Give a user another role or team."""
    known, given = load_user(asked, user_id), asked.body.model_dump(exclude_unset=True)
    move_user(
        asked.rt,
        asked.who.user,
        user_id,
        given.get("role", known.role),
        given.get("team_id", known.team_id),
    )
    return show_user(asked, user_id)


def disable_user(asked: Asked, user_id: int) -> UserOut:
    """Shut a user out: no session, token or link of theirs works when this answers."""
    dismiss_user(asked.rt, asked.who.user, user_id)
    return show_user(asked, user_id)


def enable_user_again(asked: Asked, user_id: int) -> UserOut:
    """Let a user log in again; their programs need new tokens."""
    enable_user(asked.rt, asked.who.user, user_id)
    return show_user(asked, user_id)


ONE = "/users/<int:user_id>"

ROUTES = (
    Route(method="GET", path="/users", view=list_users, scope="records", roles=ADMINS,
          query=PageQuery, answer=UsersOut, tag="users"),
    Route(method="GET", path=ONE, view=show_user, scope="records", roles=ADMINS, answer=UserOut,
          tag="users"),
    Route(method="POST", path="/users", view=add_user, scope="all", roles=ADMINS, body=UserIn,
          answer=InvitedOut, status=201, problems=(404, 409), tag="users"),
    Route(method="PATCH", path=ONE, view=change_user, scope="all", roles=ADMINS, body=UserChange,
          answer=UserOut, problems=(409,), tag="users"),
    Route(method="POST", path=f"{ONE}/disable", view=disable_user, scope="all", roles=ADMINS,
          answer=UserOut, problems=(409,), tag="users"),
    Route(method="POST", path=f"{ONE}/enable", view=enable_user_again, scope="all", roles=ADMINS,
          answer=UserOut, tag="users"),
)  # fmt: skip
