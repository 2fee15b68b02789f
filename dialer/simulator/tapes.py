"""Recordings: started, stopped, told about, and a small valid WAV of them."""

import io
import math
import struct
import wave

from dialer.simulator.calls import Call, Conference, Tape
from dialer.simulator.exchange import Exchange
from dialer.simulator.terms import Taping
from dialer.simulator.wire import new_sid, rfc2822

READY_SECONDS = 1.0
RATE = 8000
LONGEST_WAV_SECONDS = 10


def start(
    x: Exchange,
    taping: Taping,
    source: str,
    *,
    call: Call | None = None,
    conference: Conference | None = None,
) -> Tape:
    tape = Tape(
        sid=new_sid("RE", x.random),
        account_sid=x.settings.account_sid,
        call_sid=call.sid if call else "",
        conference_sid=conference.sid if conference else "",
        source=source,
        taping=taping,
        started_at=x.now(),
        updated_at=x.now(),
        number=len(x.tapes),
    )
    x.tapes[tape.sid] = tape
    _tell(x, tape)
    if call:
        call.over.then(lambda _: stop(x, tape))
    return tape


def stop(x: Exchange, tape: Tape) -> None:
    """End the recording; its file is ready, and told about, a moment later."""
    if tape.status != "in-progress":
        return
    tape.seconds = max(0, round((x.now() - tape.started_at).total_seconds()))
    tape.status = "processing"
    x.agenda.after(READY_SECONDS, lambda: _finish(x, tape))


def _finish(x: Exchange, tape: Tape) -> None:
    tape.status = "completed" if tape.seconds else "absent"
    tape.updated_at = x.now()
    _tell(x, tape)


def _tell(x: Exchange, tape: Tape) -> None:
    listener = tape.taping.listener
    if not listener.url or tape.status not in listener.events:
        return
    about = "ConferenceSid" if tape.conference_sid else "CallSid"
    pairs = {
        "AccountSid": tape.account_sid,
        about: tape.conference_sid or tape.call_sid,
        "RecordingSid": tape.sid,
        "RecordingUrl": x.url_of(tape),
        "RecordingStatus": tape.status,
        "RecordingChannels": str(tape.taping.channels),
        "RecordingStartTime": rfc2822(tape.started_at) or "",
        "RecordingSource": tape.source,
        "RecordingTrack": tape.taping.track,
    }
    if tape.status == "completed":
        pairs["RecordingDuration"] = str(tape.seconds)
    x.tell(x.calls.get(tape.call_sid), "recording", listener, tuple(pairs.items()))


def wav_of(tape: Tape) -> bytes:
    """A soft 440 Hz tone: 8 kHz, 16 bit, as many channels as ordered, at most ten seconds."""
    frames = RATE * min(max(tape.seconds, 1), LONGEST_WAV_SECONDS)
    one_second = [round(2000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE)]
    sample = b"".join(struct.pack("<h", level) * tape.taping.channels for level in one_second)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(tape.taping.channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(sample * (frames // RATE))
    return file.getvalue()
