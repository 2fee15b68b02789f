"""Who asks, and whether they may: a token, or a logged-in browser with its CSRF token."""

from flask import request, session
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from dialer.api.problems import Problem
from dialer.domain.words import UserRole
from dialer.models import User
from dialer.people.log_in import SESSION_SECRET, find_session
from dialer.people.second_factor import needs_factor
from dialer.people.tokens import Principal, authenticate_token
from dialer.runtime import Runtime

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


def find_principal(rt: Runtime) -> Principal:
    """Who asks. A request that names a token is judged by it alone. Raises Problem."""
    who = by_token(rt) if "Authorization" in request.headers else by_session(rt)
    if who is None:
        raise Problem(401, "unauthorized", "A valid bearer token or a log-in is needed.")
    return who


def by_token(rt: Runtime) -> Principal | None:
    """The bearer token's user."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        return None
    return authenticate_token(rt, given.token)


def by_session(rt: Runtime) -> Principal | None:
    """The logged-in browser's user; a page of somebody else's cannot act for them."""
    secret = session.get(SESSION_SECRET)
    user = find_session(rt, secret) if isinstance(secret, str) else None
    if user is None:
        return None
    if request.method not in SAFE_METHODS:
        check_csrf()
    check_factor(rt, user)
    return Principal(user=user, scopes=frozenset({"all"}), by_token=False)


def check_factor(rt: Runtime, user: User) -> None:
    """Raises Problem for a browser whose user has to set up a second factor first."""
    if needs_factor(rt, user):
        raise Problem(403, "second_factor", "Set up your second factor on the pages first.")


def check_csrf() -> None:
    """Raises Problem unless the header carries the token of this browser's session."""
    try:
        validate_csrf(request.headers.get(CSRF_HEADER))
    except ValidationError:
        raise Problem(
            403, "csrf", f"A logged-in browser must send a valid {CSRF_HEADER} header."
        ) from None


def check_rights(who: Principal, scope: str, roles: frozenset[UserRole]) -> None:
    """Raises Problem where the token or the user's role does not reach."""
    if not who.has_scope(scope):
        raise Problem(403, "scope", f"The token lacks the scope {scope}.", scope=scope)
    if who.user.role not in roles:
        raise Problem(403, "forbidden", "Your role may not do this.")
