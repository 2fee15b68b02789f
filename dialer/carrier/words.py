"""Twilio's words and ours, side by side. No other file knows theirs."""

from dialer.domain.words import AnsweredBy, LegStatus

# `initiated` is said in callbacks only, and means that the call has left Twilio's queue.
LEG_STATUS = {
    "queued": LegStatus.QUEUED,
    "initiated": LegStatus.QUEUED,
    "ringing": LegStatus.RINGING,
    "in-progress": LegStatus.IN_PROGRESS,
    "completed": LegStatus.COMPLETED,
    "busy": LegStatus.BUSY,
    "no-answer": LegStatus.NO_ANSWER,
    "failed": LegStatus.FAILED,
    "canceled": LegStatus.CANCELED,
}
# In the order of a call's life, so that one that moves on between two listings is in the second.
LIVE_WORDS = ("queued", "ringing", "in-progress")
LEG_EVENTS = ("initiated", "ringing", "answered", "completed")

ANSWERED_BY = {
    "human": AnsweredBy.HUMAN,
    "machine_start": AnsweredBy.MACHINE,
    "machine_end_beep": AnsweredBy.MACHINE,
    "machine_end_silence": AnsweredBy.MACHINE,
    "machine_end_other": AnsweredBy.MACHINE,
    "fax": AnsweredBy.FAX,
    "unknown": AnsweredBy.UNKNOWN,
}

ROOM_EVENTS = "start end join leave hold"
# Kinds of our log; what Twilio says besides is kept as a `room_note`.
ROOM_KIND = {
    "conference-start": "room_started",
    "conference-end": "room_ended",
    "participant-join": "joined",
    "participant-leave": "left",
    "participant-hold": "held",
    "participant-unhold": "unheld",
}
ROOM_OVER = "completed"
TAPE_EVENTS = "in-progress completed absent"
