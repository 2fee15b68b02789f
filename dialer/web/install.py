"""Putting the pages into an app."""

from pathlib import Path

from flask import Flask, Response, request
from flask_babel import Babel

from dialer.people.log_in import ABSOLUTE
from dialer.runtime import Runtime
from dialer.settings.playbook import STAGE_COUNT
from dialer.web import (
    accounts,
    audit,
    board,
    calls,
    closed_hours,
    credit,
    deeds,
    desk,
    disputes,
    dunning,
    duties,
    errors,
    evidence,
    factor,
    imports,
    join,
    joining,
    payments,
    people,
    phone,
    planner,
    promises,
    recovered,
    rules,
    session,
    sessions,
    staff,
    statement,
    suppressions,
    tasks,
    tokens,
    uncertain,
    unreachable,
    unsubscribe,
    voice,
)
from dialer.web.assets import Assets
from dialer.web.context import current_user
from dialer.web.fields import PageRequest
from dialer.web.frame import frame_facts
from dialer.web.language import locale_name, own_name
from dialer.web.proxy import Proxied
from dialer.web.security import add_headers, csrf
from dialer.web.views import FILTERS, GLOBALS

PAGES = (
    session.pages, desk.pages, deeds.pages, accounts.pages, calls.pages, people.pages,
    rules.pages, evidence.pages, unreachable.pages, suppressions.pages, planner.pages,
    board.pages, tasks.pages, duties.pages, joining.pages,
    staff.pages, join.pages, sessions.pages, factor.pages, audit.pages, tokens.pages, phone.pages,
    uncertain.pages,
    closed_hours.pages, imports.pages, unsubscribe.pages,
    statement.pages, payments.pages, promises.pages, disputes.pages, credit.pages,
    dunning.pages, voice.pages, recovered.pages,
)  # fmt: skip
A_YEAR = 365 * 24 * 3600


def install(app: Flask, rt: Runtime) -> None:
    """Register the pages, their headers, languages, filters and error pages."""
    configure(app, rt)
    Babel(app, locale_selector=locale_name, default_translation_directories="translations")
    csrf.init_app(app)
    app.after_request(add_headers)
    app.after_request(keep_assets)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        GLOBALS,
        asset=Assets(Path(app.static_folder or "")),
        own_name=own_name,
        frame_facts=frame_facts,
        current_user=current_user,
        phone_facts=phone.phone_facts,
        stages=range(1, STAGE_COUNT + 1),
    )
    for page in PAGES:
        app.register_blueprint(page)
    errors.install(app)


def configure(app: Flask, rt: Runtime) -> None:
    """The cookie holds the session's secret, the CSRF token and a stranger's language, signed.

    The CSRF check is the guard's, for the pages alone.
    """
    secure = rt.settings.public_base_url.startswith("https://")
    app.extensions["dialer"] = rt
    app.request_class = PageRequest
    app.wsgi_app = Proxied(app.wsgi_app, rt.people.trusted_proxies)  # type: ignore[method-assign]
    app.config.update(
        SECRET_KEY=rt.settings.secret_key,
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        PERMANENT_SESSION_LIFETIME=ABSOLUTE,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def keep_assets(response: Response) -> Response:
    """A built file's name changes with what is in it."""
    if request.path.startswith("/static/dist/") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response
