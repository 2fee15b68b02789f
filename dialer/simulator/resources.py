"""The small resources: recordings and their media, our numbers, the account."""

from dataclasses import dataclass

from dialer.simulator import shapes, tapes
from dialer.simulator.calls import Tape
from dialer.simulator.exchange import Exchange
from dialer.simulator.forms import Form, RestError
from dialer.simulator.replies import Reply, Request, as_json, as_page, not_found, within
from dialer.simulator.wire import rfc2822


def recordings(x: Exchange, request: Request) -> Reply:
    query = Form(request.query)
    found = [
        tape
        for tape in x.tapes.values()
        if query.get("CallSid", tape.call_sid) == tape.call_sid
        and query.get("ConferenceSid", tape.conference_sid) == tape.conference_sid
        and within(request, "DateCreated", tape.started_at)
    ]
    return as_page(request, "recordings", found, lambda t: shapes.recording(t, x.url_of(t)))


def recordings_of(x: Exchange, request: Request, owner: str) -> Reply:
    found = [t for t in x.tapes.values() if owner in {t.call_sid, t.conference_sid}]
    return as_page(request, "recordings", found, shapes.call_recording)


def _find(x: Exchange, request: Request, sid: str) -> Tape:
    if sid not in x.tapes:
        raise not_found(request)
    return x.tapes[sid]


def recording(x: Exchange, request: Request, sid: str) -> Reply:
    tape = _find(x, request, sid)
    return as_json(shapes.recording(tape, x.url_of(tape)))


def delete_recording(x: Exchange, request: Request, sid: str) -> Reply:
    tape = _find(x, request, sid)
    if tape.status == "in-progress":
        raise RestError(400, 20009, "Cannot delete this resource before it is complete")
    del x.tapes[sid]
    return Reply(status=204)


def media(x: Exchange, request: Request, sid: str) -> Reply:
    tape = _find(x, request, sid)
    if tape.status != "completed":
        raise not_found(request)
    return Reply(headers={"Content-Type": "audio/x-wav"}, body=tapes.wav_of(tape))


@dataclass(frozen=True)
class _Owned:
    number: int
    phone_number: str

    def sid(self, prefix: str) -> str:
        return f"{prefix}{self.phone_number.removeprefix('+'):0>32}"


def _owned(x: Exchange, request: Request) -> list[_Owned]:
    wanted = Form(request.query).get("PhoneNumber")
    numbers = [_Owned(i, number) for i, number in enumerate(x.settings.caller_ids)]
    return [owned for owned in numbers if wanted in {"", owned.phone_number}]


def incoming_numbers(x: Exchange, request: Request) -> Reply:
    settings, date = x.settings, rfc2822(x.settings.start) or ""

    def shape(owned: _Owned) -> shapes.Json:
        return shapes.incoming_number(
            settings.account_sid, owned.sid("PN"), owned.phone_number, date, settings.voice_url
        )

    return as_page(request, "incoming_phone_numbers", _owned(x, request), shape)


def caller_ids(x: Exchange, request: Request) -> Reply:
    account, date = x.settings.account_sid, rfc2822(x.settings.start) or ""

    def shape(owned: _Owned) -> shapes.Json:
        return shapes.caller_id(account, owned.sid("PN"), owned.phone_number, date)

    return as_page(request, "outgoing_caller_ids", _owned(x, request), shape)


def account(x: Exchange, request: Request) -> Reply:
    return as_json(shapes.account(x.settings.account_sid, rfc2822(x.settings.start) or ""))
