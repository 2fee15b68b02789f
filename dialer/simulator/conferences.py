"""Conferences: who sits in the room, who hears whom, and what is told about it."""

from dialer.simulator import lines, scripts, tapes
from dialer.simulator.calls import Conference, Seat
from dialer.simulator.exchange import Exchange
from dialer.simulator.process import Process, Steps
from dialer.simulator.terms import Source
from dialer.simulator.twiml import TwimlError
from dialer.simulator.wire import Pairs, new_sid, rfc2822

NEEDED_TO_START = 2
LEFT_BY_ENDING = {
    "conference-ended-via-api": "conference_ended_via_api",
}
FAMILIES = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


def find(x: Exchange, key: str) -> Conference | None:
    """The active conference of that SID or friendly name."""
    rooms = (room for room in x.conferences.values() if room.active)
    return next((room for room in rooms if key in {room.sid, room.name}), None)


def open_room(x: Exchange, name: str) -> Conference:
    """The active conference of that name, made if there is none."""
    room = find(x, name)
    if room is None:
        room = Conference(
            sid=new_sid("CF", x.random), account_sid=x.settings.account_sid, name=name,
            created_at=x.now(), updated_at=x.now(), number=len(x.conferences),
        )  # fmt: skip
        x.conferences[room.sid] = room
    return room


def take_seat(x: Exchange, seat: Seat) -> None:
    """Note a participant who is on the way; leaving the line is leaving the room."""
    seat.conference.seats.append(seat)
    seat.call.seat = seat
    seat.call.over.then(lambda _: leave(x, seat, "participant_hung_up"))


def enter(x: Exchange, seat: Seat) -> None:
    """Sit down; the second one to do so may start the conference."""
    room = seat.conference
    if seat.left.kept or not room.active:
        seat.left.keep("gone")
        return
    seat.joined_at = x.now()
    if seat.beep in {"true", "onEnter"}:
        _ring_bell(x, room)
    _tell_seat(x, seat, "participant-join")
    if room.status == "init":
        _start_or_wait(x, seat)


def _start_or_wait(x: Exchange, seat: Seat) -> None:
    room = seat.conference
    if len(room.seated) >= NEEDED_TO_START and any(s.start_on_enter for s in room.seated):
        room.status = "in-progress"
        for each in room.seated:
            stop_music(each)
        if room.taping:
            room.tape = tapes.start(x, room.taping, "Conference", conference=room)
        tell(x, room, "conference-start", ())
    else:
        play(x, seat, seat.wait or Source(url=scripts.HOLD_MUSIC))


def stop_music(seat: Seat) -> None:
    if seat.music:
        seat.music.cancel()
        seat.music = None


def leave(x: Exchange, seat: Seat, reason: str, *, kicked: bool = False) -> None:
    """Get up; that may end the conference for the others."""
    if seat.left.kept:
        return
    room, was_seated = seat.conference, seat.joined_at is not None
    _stand_up(x, seat, reason if was_seated else "participant_add_failed")
    if not room.active:
        return
    how = "kicked" if kicked else "left"
    if was_seated and seat.end_on_exit:
        close(x, room, f"participant-with-end-conference-on-exit-{how}", by=seat)
    elif not room.present:
        close(x, room, f"last-participant-{how}", by=seat)


def _stand_up(x: Exchange, seat: Seat, reason: str) -> None:
    stop_music(seat)
    if seat.call.seat is seat:
        seat.call.seat = None
    if seat.beep in {"true", "onExit"} and seat.joined_at is not None:
        _ring_bell(x, seat.conference)
    seat.left.keep("left")
    more = (("ParticipantCallStatus", seat.call.status), ("ReasonParticipantLeft", reason))
    _tell_seat(x, seat, "participant-leave", more)


def close(x: Exchange, room: Conference, reason: str, *, by: Seat | None = None) -> None:
    """End the conference: everybody is let go, those still being rung too."""
    if not room.active:
        return
    room.status, room.reason, room.updated_at = "completed", reason, x.now()
    room.ending_sid = by.call.sid if by else None
    if room.tape:
        tapes.stop(x, room.tape)
    for seat in room.present:
        _stand_up(x, seat, LEFT_BY_ENDING.get(reason, "moderator_ended_conference"))
    ending: Pairs = (("ReasonConferenceEnded", reason), ("Reason", reason))
    if by:
        ending = (
            *ending,
            ("CallSidEndingConference", by.call.sid),
            ("ParticipantLabelEndingConference", by.label),
        )
    tell(x, room, "conference-end", ending)


def change(x: Exchange, seat: Seat, **wishes: object) -> None:
    """Mute, hold, coach or re-arm a participant; one event for each thing that changed."""
    changed = {name for name, value in wishes.items() if getattr(seat, name) != value}
    for name in changed:
        setattr(seat, name, wishes[name])
    seat.updated_at = x.now()
    if "muted" in changed:
        _tell_seat(x, seat, "participant-mute" if seat.muted else "participant-unmute")
    if "hold" in changed:
        _tell_seat(x, seat, "participant-hold" if seat.hold else "participant-unhold")
    if changed & {"coaching", "coached_sid", "end_on_exit"}:
        _tell_seat(x, seat, "participant-modify")


def _ring_bell(x: Exchange, room: Conference) -> None:
    for seat in room.seated:
        lines.hear(x, seat.call, "beep", "")


def _tell_seat(x: Exchange, seat: Seat, event: str, more: Pairs = ()) -> None:
    pairs = {
        "CallSid": seat.call.sid,
        "Muted": _word(seat.muted),
        "Hold": _word(seat.hold),
        "Coaching": _word(seat.coaching),
        "EndConferenceOnExit": _word(seat.end_on_exit),
        "StartConferenceOnEnter": _word(seat.start_on_enter),
    }
    if seat.label:
        pairs["ParticipantLabel"] = seat.label
    if seat.coached_sid:
        pairs["CallSidToCoach"] = seat.coached_sid
    tell(x, seat.conference, event, (*pairs.items(), *more))


def tell(x: Exchange, room: Conference, event: str, more: Pairs) -> None:
    """Tell the listener that the first participant brought, if it asked for such events."""
    listener = room.listener
    if listener and listener.url and FAMILIES[event] in listener.events:
        params: Pairs = (
            ("ConferenceSid", room.sid),
            ("FriendlyName", room.name),
            ("AccountSid", room.account_sid),
            ("SequenceNumber", str(room.sequence)),
            ("Timestamp", rfc2822(x.now()) or ""),
            ("StatusCallbackEvent", event),
            *more,
        )
        x.tell(None, "conference", listener, params)
    room.sequence += 1


def _word(value: bool) -> str:
    return "true" if value else "false"


def play(x: Exchange, seat: Seat, source: Source) -> None:
    """Let a participant hear music (or whatever `source` says) until it is stopped."""
    stop_music(seat)
    seat.music = Process(x.agenda, _music(x, seat, source))


def _music(x: Exchange, seat: Seat, source: Source) -> Steps:
    try:
        yield from scripts.Script(x, seat.call, source).music()
    except TwimlError as fault:
        x.witness.fault(seat.call, fault.code, fault.url, fault.reason)
        leave(x, seat, "participant_hung_up")


def announce(x: Exchange, seat: Seat, source: Source) -> None:
    """Speak into one participant's ear, beside the conference."""
    Process(x.agenda, _announcement(x, seat, source))


def _announcement(x: Exchange, seat: Seat, source: Source) -> Steps:
    event, more = "announcement-end", tuple[tuple[str, str], ...]()
    try:
        yield from scripts.Script(x, seat.call, source).announcement()
    except TwimlError as fault:
        x.witness.fault(seat.call, fault.code, fault.url, fault.reason)
        event, more = "announcement-fail", (("ReasonAnnouncementFailed", fault.reason),)
    about = (("CallSid", seat.call.sid), ("AnnounceUrl", source.url))
    tell(x, seat.conference, event, (*about, *more))
