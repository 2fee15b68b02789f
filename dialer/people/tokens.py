"""Tokens by which programs act as a user."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dialer.domain.words import UserRole
from dialer.models import ApiToken, AuditEntry, User
from dialer.people.errors import NotThere, UnknownScope
from dialer.people.log_in import secret_hash
from dialer.people.users import find_user
from dialer.runtime import Runtime

SCOPES = ("calls", "records", "board", "all")
DEFAULT_SCOPES = ("calls", "records", "board")
USED_STEP = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who asks, and what the token (or the logged-in browser, which has all) lets them ask."""

    user: User
    scopes: frozenset[str]
    by_token: bool

    def has_scope(self, scope: str) -> bool:
        """Whether this scope, or all, was given."""
        return scope in self.scopes or "all" in self.scopes

    @property
    def may_dial_any(self) -> bool:
        """The right to dial a number that is nobody's in the records."""
        if self.user.role is UserRole.ADMIN:
            return "all" in self.scopes
        return self.by_token and self.user.role is UserRole.REP and "all" in self.scopes


def add_token(rt: Runtime, name: str, user_name: str, scopes: Iterable[str]) -> str:
    """A token that the installation's owner makes at the command line; see `add_token_for`."""
    return add_token_for(rt, name, user_name, scopes, actor_id=None)


def add_token_for(
    rt: Runtime, name: str, user_name: str, scopes: Iterable[str], actor_id: int | None
) -> str:
    """Make a token and return its secret, which nobody sees again.

    Raises NoSuchUser or UnknownScope.
    """
    wanted = sorted(set(scopes)) or sorted(DEFAULT_SCOPES)
    for scope in wanted:
        if scope not in SCOPES:
            raise UnknownScope(scope)
    secret = rt.token() + rt.token()
    with rt.sessions.write() as session:
        user = find_user(session, user_name)
        token = ApiToken(
            name=name,
            secret_hash=secret_hash(secret),
            user_id=user.id,
            scopes=wanted,
            created_at=rt.now(),
        )
        session.add(token)
        session.flush()
        session.add(audit_entry(rt.now(), actor_id or user.id, "token.add", token.id))
    return secret


def list_tokens(session: Session) -> Sequence[ApiToken]:
    """All tokens, those that count first, the newest first."""
    return session.scalars(
        sa.select(ApiToken)
        .options(joinedload(ApiToken.user))
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
    ).all()


def audit_entry(at: datetime, actor_id: int | None, action: str, token_id: int) -> AuditEntry:
    """Who did what to which token."""
    return AuditEntry(
        at=at, actor_id=actor_id, action=action, subject_kind="token", subject_id=token_id
    )


def revoke_token(rt: Runtime, token_id: int, actor_id: int | None) -> None:
    """The token is worth nothing from the commit on. Raises NotThere."""
    with rt.sessions.write() as session:
        token = session.get(ApiToken, token_id)
        if token is None:
            raise NotThere("token")
        if token.revoked_at is None:
            token.revoked_at = rt.now()
            session.add(audit_entry(rt.now(), actor_id, "token.revoke", token_id))


def authenticate_token(rt: Runtime, secret: str) -> Principal | None:
    """Who may act by this secret; None if it is unknown, revoked, or its user disabled."""
    with rt.sessions.read() as session:
        token = session.scalar(
            sa.select(ApiToken)
            .join(ApiToken.user)
            .options(joinedload(ApiToken.user).joinedload(User.team))
            .where(
                ApiToken.secret_hash == secret_hash(secret),
                ApiToken.revoked_at.is_(None),
                User.disabled_at.is_(None),
            )
        )
    if token is None:
        return None
    if token.used_at is None or rt.now() - token.used_at >= USED_STEP:
        mark_used(rt, token.id)
    return Principal(user=token.user, scopes=frozenset(token.scopes), by_token=True)


def mark_used(rt: Runtime, token_id: int) -> None:
    """So that a token that nobody uses can be found."""
    with rt.sessions.write() as session:
        session.execute(sa.update(ApiToken).where(ApiToken.id == token_id).values(used_at=rt.now()))
