"""The carrier tells: verify, store the fact, 204. Nothing else happens here."""

import logging

from flask import Blueprint, Response

from dialer.calling.spool import Spooled, spool
from dialer.calling.told_together import Telling, record
from dialer.carrier.port import BadShape
from dialer.logs import trouble
from dialer.runtime import Runtime
from dialer.webhooks.door import Turned, add_door, signed_form

SOURCES = ("status", "conference", "recording", "amd")

log = logging.getLogger(__name__)


def add_told_routes(blueprint: Blueprint, rt: Runtime) -> None:
    """One route per source: a leg's progress, its room, its recording, its machine detector."""
    for source in SOURCES:

        def view(token: str, source: str = source) -> Response:
            return told(rt, source, token)

        add_door(blueprint, f"/{source}/<token>", source, view)


def told(rt: Runtime, source: str, token: str) -> Response:
    """204 once the fact is durable; 503 if it is not, so that the carrier tells again."""
    form = signed_form(rt, token)
    received_at = rt.now()
    try:
        fact = rt.carrier.read(source, form, received_at)
    except BadShape as error:
        log.warning("a signed callback of another shape", extra={"why": str(error)})
        raise Turned(400, "shape") from None
    try:
        record(rt, Telling(token=token, told=fact))
    except Exception as error:  # noqa: BLE001 - whatever it is, the fact is not stored
        log.error("a callback is spooled", extra={"source": source, **trouble(error)})
        spool(rt, Spooled(source=source, token=token, form=form, received_at=received_at))
        return Response(status=503)
    return Response(status=204)
