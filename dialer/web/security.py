"""Who may see a page, and what a browser may do with it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from dialer.domain.words import UserRole
from dialer.people.log_in import SESSION_SECRET, find_session
from dialer.people.second_factor import needs_factor
from dialer.web.context import problem, runtime, wants_json
from dialer.web.fields import refuse_odd_values
from dialer.web.signal import signal_origin
from dialer.web.speech import gettext as _

View = TypeVar("View", bound=Callable[..., Any])

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

# What somebody may do who still has to set up a second factor.
BEFORE_FACTOR = {
    "factor.factor_page", "factor.begin", "factor.confirm", "session.log_out_now",
    "people.save_look",
}  # fmt: skip

csrf = CSRFProtect()


def roles(*allowed: UserRole) -> Callable[[View], View]:
    """Declare who may use a route; a route of ours that declares nothing is refused."""

    def declare(view: View) -> View:
        view.allowed_roles = frozenset(allowed)  # type: ignore[attr-defined]
        return view

    return declare


def everyone(view: View) -> View:
    """Declare that whoever is logged in may use a route."""
    return roles(*UserRole)(view)


def public(view: View) -> View:
    """Declare that a route needs no login."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def guard(blueprint: Blueprint) -> Blueprint:
    """Let each request through to a route only after user, role and CSRF token were checked."""
    blueprint.before_request(load_user)
    blueprint.before_request(check_role)
    blueprint.before_request(csrf.protect)
    blueprint.before_request(refuse_odd_values)
    blueprint.after_request(keep_private)
    return blueprint


def open_door(blueprint: Blueprint) -> Blueprint:
    """For routes that strangers and their programs post to: nothing is done there in the name of
    whoever may be logged in, so that there is no token to be checked.
    """
    blueprint.before_request(know_nobody)
    blueprint.before_request(refuse_odd_values)
    return blueprint


def know_nobody() -> None:
    """Whoever asks is a stranger here."""
    g.user = None


def load_user() -> None:
    """Know who asks."""
    secret = session.get(SESSION_SECRET)
    g.user = find_session(runtime(), secret) if isinstance(secret, str) else None


def check_role() -> ResponseReturnValue | None:
    """Send strangers to the log-in page and refuse those whose role may not."""
    view = current_app.view_functions[request.endpoint or ""]
    if getattr(view, "is_public", False):
        return None
    if g.user is None:
        return ask_to_log_in()
    if g.user.role not in getattr(view, "allowed_roles", ()):
        abort(403)
    if needs_factor(runtime(), g.user) and request.endpoint not in BEFORE_FACTOR:
        return ask_for_factor()
    return None


def ask_for_factor() -> ResponseReturnValue:
    """Whoever needs a second factor sets it up before anything else."""
    if wants_json():
        return problem(403, "second-factor", _("Set up your second factor first."))
    return redirect(url_for("factor.factor_page"))


def ask_to_log_in() -> ResponseReturnValue:
    """A page leads to the log-in and back; a script is told, and says so on the page."""
    if wants_json():
        return problem(401, "session-ended", _("Your session has ended. Log in again."))
    after = request.full_path.rstrip("?") if request.method == "GET" else None
    ended = 1 if session.pop(SESSION_SECRET, None) else None
    return redirect(url_for("session.log_in_page", after=after, ended=ended))


def keep_private(response: Response) -> Response:
    """No shared cache and no back button keeps a page of somebody who was logged in."""
    if g.get("user") is not None and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def is_https() -> bool:
    """Whether browsers reach us encrypted; our own address says so, never the request."""
    return runtime().settings.public_base_url.startswith("https://")


def policy() -> str:
    """Everything comes from us; a browser that is a phone also talks with the carrier's door."""
    settings = runtime().settings
    if not settings.has_browser_phone:
        return POLICY
    return f"{POLICY}; connect-src 'self' {signal_origin(settings)}"


def add_headers(response: Response) -> Response:
    """Headers for every answer, whichever door gave it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if is_https():
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
