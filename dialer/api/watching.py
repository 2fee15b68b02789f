"""Who may watch the floor, asked from a request's bare headers: at connecting and again later."""

from collections.abc import Mapping
from typing import Any

from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

from dialer.api.guard import check_factor, check_rights
from dialer.api.problems import Problem
from dialer.api.route import BOSSES
from dialer.models.board import Scope, scope_of
from dialer.people.log_in import ABSOLUTE, SESSION_SECRET, find_session
from dialer.people.tokens import Principal, authenticate_token
from dialer.runtime import Runtime

SCOPE = "board"
COOKIES = ("__Host-session", "session")


def may_watch(rt: Runtime, headers: Mapping[str, str]) -> Scope:
    """What the one who sends these headers (names in lower case) may watch. Raises Problem."""
    who = find_watcher(rt, headers)
    if who is None:
        raise Problem(401, "unauthorized", "A valid bearer token or a log-in is needed.")
    check_rights(who, SCOPE, BOSSES)
    return scope_of(who.user)


def find_watcher(rt: Runtime, headers: Mapping[str, str]) -> Principal | None:
    """The token's user, or the logged-in browser's."""
    if "authorization" in headers:
        kind, _, secret = headers["authorization"].partition(" ")
        return authenticate_token(rt, secret.strip()) if kind.lower() == "bearer" else None
    kept = read_cookie(rt, headers.get("cookie", "")).get(SESSION_SECRET)
    user = find_session(rt, kept) if isinstance(kept, str) else None
    if user is None:
        return None
    check_factor(rt, user)
    return Principal(user=user, scopes=frozenset({"all"}), by_token=False)


def read_cookie(rt: Runtime, cookies: str) -> dict[str, Any]:
    """What the pages have signed into the browser's cookie; nothing, if anybody else has."""
    is_https = rt.settings.public_base_url.startswith("https://")
    signed = parse_cookie(cookies).get(COOKIES[0] if is_https else COOKIES[1], "")
    flask = SecureCookieSessionInterface
    reader = URLSafeTimedSerializer(
        rt.settings.secret_key,
        salt=flask.salt,
        serializer=TaggedJSONSerializer(),
        signer_kwargs={
            "key_derivation": flask.key_derivation,
            "digest_method": flask.digest_method,
        },
    )
    try:
        kept: dict[str, Any] = reader.loads(signed, max_age=int(ABSOLUTE.total_seconds()))
    except BadSignature:
        return {}
    return kept
