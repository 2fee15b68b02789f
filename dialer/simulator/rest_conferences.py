"""The Conferences resource and its participants."""

import re
from typing import Any
from urllib.parse import unquote

from dialer.simulator import conferences, detection, forms, lines, orders, scripts, shapes
from dialer.simulator.calls import Call, Conference, Seat
from dialer.simulator.dialing import RING_BUFFER_SECONDS
from dialer.simulator.exchange import Exchange
from dialer.simulator.forms import Form, RestError
from dialer.simulator.replies import Reply, Request, as_json, as_page, not_found, within
from dialer.simulator.terms import Source, Terms

GONE = RestError(404, 16022, "Conference does not exist or is completed")
MAX_LABEL = 128


def index(x: Exchange, request: Request) -> Reply:
    query = Form(request.query)

    def wanted(room: Conference) -> bool:
        return (
            query.get("FriendlyName", room.name) == room.name
            and query.get("Status", room.status) == room.status
            and within(request, "DateCreated", room.created_at)
            and within(request, "DateUpdated", room.updated_at)
        )

    rooms = [room for room in x.conferences.values() if wanted(room)]
    return as_page(request, "conferences", rooms, shapes.conference)


def find(x: Exchange, request: Request, sid: str) -> Conference:
    if sid not in x.conferences:
        raise not_found(request)
    return x.conferences[sid]


def fetch(x: Exchange, request: Request, sid: str) -> Reply:
    return as_json(shapes.conference(find(x, request, sid)))


def update(x: Exchange, request: Request, sid: str) -> Reply:
    room, form = find(x, request, sid), Form(request.form)
    if not room.active:
        raise GONE
    if form.choice("Status", "", ("", "completed"), 20001):
        conferences.close(x, room, "conference-ended-via-api")
    if url := form.url("AnnounceUrl"):
        for seat in room.seated:
            conferences.announce(x, seat, Source(url=url, method=form.method("AnnounceMethod")))
    return as_json(shapes.conference(room))


def add(x: Exchange, request: Request, key: str) -> Reply:
    """Ring somebody for a room: by SID it must be active; by name it is opened if need be."""
    form, key = Form(request.form), unquote(key)
    to, from_ = forms.called(form), forms.caller(form, x.settings.caller_ids)
    terms = _terms(form)
    room = _room(x, key)
    label = _label(form, room)
    coached = _coached(form, room)
    if not room.seats:
        room.listener = forms.listener(form, "ConferenceStatusCallback", "start end")
        room.taping = forms.taping(form, "ConferenceRecord", "Conference")
    call = x.new_call(to=to, from_=from_, direction="outbound-api", terms=terms)
    seat = _seat(x, form, call, room, label, coached)
    conferences.take_seat(x, seat)
    seat.left.then(lambda _: _let_go(x, seat))
    call.on_answer = lambda call: _sit(x, call, seat)
    lines.place(x, call)
    return as_json(shapes.participant(seat), 201)


def _let_go(x: Exchange, seat: Seat) -> None:
    if not seat.stays_on_line:
        lines.hang_up(x, seat.call)


def _room(x: Exchange, key: str) -> Conference:
    room = conferences.find(x, key)
    if room is None and (key in x.conferences or re.fullmatch(r"CF[0-9a-f]{32}", key)):
        raise GONE
    return room or conferences.open_room(x, key)


def _label(form: Form, room: Conference) -> str:
    label = form.get("Label")
    if len(label) > MAX_LABEL or "/" in label or re.fullmatch(r"CA[0-9a-f]{32}", label):
        raise RestError(400, 16024, "Invalid participant label, must not exceed 128 characters, "
                        "must not be a CallSid, must not contain '/'")  # fmt: skip
    if label and room.seat_of(label):
        raise RestError(400, 16026, "Participant label is in use by another participant")
    return label


def _coached(form: Form, room: Conference) -> str:
    coached = form.get("CallSidToCoach")
    if form.flag("Coaching") and not coached:
        raise RestError(400, 13240, "Dial->Conference: Invalid Whisper SID")
    if coached and not room.seat_of(coached):
        raise RestError(400, 16028, "Participant to be whispered is not present in the conference")
    return coached


def _terms(form: Form) -> Terms:
    timeout = form.whole("Timeout", 60, 5, 600, 21208)
    return Terms(
        status=forms.progress(form, spaced=True),
        ring_seconds=timeout + RING_BUFFER_SECONDS,
        limit_seconds=form.whole("TimeLimit", 14_400, 1, 86_400, 20001),
        detection=forms.detection(form, callback="AmdStatusCallback", background=True),
        taping=forms.taping(form, "Record"),
    )


def _seat(x: Exchange, form: Form, call: Call, room: Conference, label: str, coached: str) -> Seat:
    wait = None
    if form.has("WaitUrl"):
        wait = Source(url=form.url("WaitUrl"), method=form.method("WaitMethod"))
    return Seat(
        call=call, conference=room, created_at=x.now(), updated_at=x.now(), label=label,
        muted=form.flag("Muted"), coaching=form.flag("Coaching", bool(coached)),
        coached_sid=coached,
        start_on_enter=form.flag("StartConferenceOnEnter", True),
        end_on_exit=form.flag("EndConferenceOnExit"),
        beep=form.choice("Beep", "true", ("true", "false", "onEnter", "onExit"), 13235),
        wait=wait,
    )  # fmt: skip


def _sit(x: Exchange, call: Call, seat: Seat) -> None:
    if terms := call.terms.detection:
        detection.detect(x, call, terms, lambda found: detection.report(x, call, terms, found))
    orders.tape(x, call)
    conferences.enter(x, seat)


def seats(x: Exchange, request: Request, key: str) -> Reply:
    """Those present; who has left is not history here."""
    room, query = _known(x, request, key), Form(request.query)

    def wanted(seat: Seat) -> bool:
        wishes = (("Muted", seat.muted), ("Hold", seat.hold), ("Coaching", seat.coaching))
        return all(query.flag(name, value) == value for name, value in wishes)

    present = [seat for seat in room.present if wanted(seat)]
    return as_page(request, "participants", present, shapes.participant)


def _known(x: Exchange, request: Request, key: str) -> Conference:
    room = conferences.find(x, unquote(key)) or x.conferences.get(key)
    if room is None:
        raise not_found(request)
    return room


def _present(x: Exchange, request: Request, key: str, who: str) -> Seat:
    seat = _known(x, request, key).seat_of(unquote(who))
    if seat is None:
        raise not_found(request)
    return seat


def fetch_seat(x: Exchange, request: Request, key: str, who: str) -> Reply:
    return as_json(shapes.participant(_present(x, request, key, who)))


def update_seat(x: Exchange, request: Request, key: str, who: str) -> Reply:
    seat, form = _present(x, request, key, who), Form(request.form)
    wishes: dict[str, Any] = {
        name: form.flag(field)
        for field, name in (
            ("Muted", "muted"), ("Hold", "hold"), ("EndConferenceOnExit", "end_on_exit"),
            ("Coaching", "coaching"),
        )
        if form.has(field)
    }  # fmt: skip
    if form.has("CallSidToCoach") or form.flag("Coaching"):
        wishes["coached_sid"] = _coached(form, seat.conference)
        wishes.setdefault("coaching", True)
    was_held = seat.hold
    conferences.change(x, seat, **wishes)
    _hold_music(x, seat, form, was_held)
    if url := form.url("AnnounceUrl"):
        conferences.announce(x, seat, Source(url=url, method=form.method("AnnounceMethod")))
    return as_json(shapes.participant(seat))


def _hold_music(x: Exchange, seat: Seat, form: Form, was_held: bool) -> None:
    if seat.hold and not was_held:
        url = form.url("HoldUrl") or scripts.HOLD_MUSIC
        conferences.play(x, seat, Source(url=url, method=form.get("HoldMethod", "GET")))
    elif was_held and not seat.hold:
        conferences.stop_music(seat)


def kick(x: Exchange, request: Request, key: str, who: str) -> Reply:
    seat = _present(x, request, key, who)
    conferences.leave(x, seat, "participant_updated_via_api", kicked=True)
    return Reply(status=204)
