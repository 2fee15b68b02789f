"""The carrier's doors: it asks what to do with a leg, and it tells what became of one."""

from flask import Blueprint

from dialer.runtime import Runtime
from dialer.webhooks.told import add_told_routes
from dialer.webhooks.voice import add_voice_routes

__all__ = ["make_webhooks"]


def make_webhooks(rt: Runtime) -> Blueprint:
    """The routes under /webhooks: POST only, signed; without session, cookie or CSRF."""
    blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    add_voice_routes(blueprint, rt)
    add_told_routes(blueprint, rt)
    return blueprint
