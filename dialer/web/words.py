"""Every word of the trade as a reader sees it."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.playbook import Kind
from dialer.domain.words import (
    AccountClass,
    AnsweredBy,
    CallStatus,
    ContactRole,
    Disposition,
    EndedBy,
    Help,
    LegRole,
    LegStatus,
    Mode,
    Outcome,
    PauseReason,
    Purpose,
    Quality,
    SuppressionReason,
    TaskState,
    Temperament,
    UserRole,
)
from dialer.web.money_words import MONEY_LABELS

# Members of two enums may be equal as text, so the table is by type first.
LABELS: Mapping[type[StrEnum], Mapping[StrEnum, LazyString]] = {
    Purpose: {
        Purpose.APPOINTMENT: _l("Appointment call"),
        Purpose.FIRST_VISIT: _l("First visit"),
        Purpose.FOLLOW_UP: _l("Follow-up"),
        Purpose.CARE: _l("Care call"),
        Purpose.REVISIT: _l("Revisit"),
        Purpose.CLOSING: _l("Closing call"),
        Purpose.REMINDER: _l("Reminder"),
        Purpose.COLLECTION: _l("Collection"),
        Purpose.THANK_YOU: _l("Thank-you call"),
        Purpose.AFTER_SALES: _l("After-sales call"),
    },
    Mode: {Mode.REP: _l("By a rep"), Mode.MACHINE: _l("By machine")},
    UserRole: {
        UserRole.REP: _l("Sales rep"),
        UserRole.SUPERVISOR: _l("Supervisor"),
        UserRole.ADMIN: _l("Administrator"),
    },
    ContactRole: {
        ContactRole.ALLY: _l("Ally"),
        ContactRole.DECISION_MAKER: _l("Decision maker"),
        ContactRole.PAYER: _l("Payer"),
    },
    AccountClass: {
        AccountClass.A: _l("Looking for it already"),
        AccountClass.B: _l("Needs convincing on price"),
        AccountClass.C: _l("Needs help, long-term"),
        AccountClass.D: _l("Needs reminding and reasons"),
        AccountClass.E: _l("Not to be pursued"),
    },
    PauseReason: {
        PauseReason.BREAK: _l("Break"),
        PauseReason.MEAL: _l("Meal"),
        PauseReason.MEETING: _l("Meeting"),
        PauseReason.TRAINING: _l("Training"),
        PauseReason.PAPERWORK: _l("Paperwork"),
        PauseReason.OTHER: _l("Something else"),
    },
    Quality: {
        Quality.MONEY: _l("Money"),
        Quality.AUTHORITY: _l("Authority"),
        Quality.NEED: _l("Need"),
    },
    Help: {
        Help.LISTEN: _l("Listens"),
        Help.WHISPER: _l("Whispers to the rep"),
        Help.BARGE: _l("Talks with both"),
        Help.LEAVE: _l("Leaves"),
    },
    Kind: {
        Kind.CORE: _l("Core"),
        Kind.OPENER: _l("Opener"),
        Kind.STORY: _l("Story"),
        Kind.PRODUCT: _l("Product"),
        Kind.COMPARISON: _l("Comparison"),
        Kind.CREDIBILITY: _l("Credibility"),
        Kind.CLOSING: _l("To the close"),
        Kind.OBJECTION: _l("Objections"),
    },
    Temperament: {
        Temperament.TIGER: _l("Tiger"),
        Temperament.PEACOCK: _l("Peacock"),
        Temperament.OWL: _l("Owl"),
        Temperament.DOVE: _l("Dove"),
    },
    LegRole: {
        LegRole.REP: _l("Rep"),
        LegRole.CUSTOMER: _l("Customer"),
        LegRole.SUPERVISOR: _l("Supervisor"),
        LegRole.COLLEAGUE: _l("Colleague"),
    },
    LegStatus: {
        LegStatus.QUEUED: _l("Waiting to ring"),
        LegStatus.RINGING: _l("Ringing"),
        LegStatus.IN_PROGRESS: _l("On the line"),
        LegStatus.COMPLETED: _l("Hung up"),
        LegStatus.BUSY: _l("Busy"),
        LegStatus.NO_ANSWER: _l("No answer"),
        LegStatus.FAILED: _l("Failed"),
        LegStatus.CANCELED: _l("Cancelled"),
    },
    CallStatus: {
        CallStatus.PLACING: _l("Placing the call"),
        CallStatus.REP_RINGING: _l("Ringing the rep"),
        CallStatus.CUSTOMER_RINGING: _l("Ringing the customer"),
        CallStatus.TALKING: _l("Talking"),
        CallStatus.ENDED: _l("Ended"),
        CallStatus.UNCERTAIN: _l("Uncertain"),
    },
    EndedBy: {
        EndedBy.REP: _l("the rep"),
        EndedBy.CUSTOMER: _l("the customer"),
        EndedBy.MACHINE: _l("the machine"),
        EndedBy.SUPERVISOR: _l("a supervisor"),
        EndedBy.CARRIER: _l("the carrier"),
    },
    Outcome: {
        Outcome.TALKED: _l("Talked"),
        Outcome.VOICEMAIL: _l("Voicemail"),
        Outcome.BUSY: _l("Busy"),
        Outcome.NO_ANSWER: _l("No answer"),
        Outcome.FAILED: _l("Failed"),
        Outcome.CANCELED: _l("Cancelled"),
        Outcome.REP_NO_ANSWER: _l("Rep did not answer"),
        Outcome.NO_RESPONSE: _l("No response"),
        Outcome.REFUSED_BY_CARRIER: _l("Refused by the carrier"),
        Outcome.UNKNOWN: _l("Uncertain"),
    },
    Disposition: {
        Disposition.PROMISED: _l("Promised to pay"),
        Disposition.DEFERRED: _l("Asked to defer"),
        Disposition.RESENT: _l("Notice sent again"),
        Disposition.DISPUTED: _l("Disputes it"),
        Disposition.PAID: _l("Has paid"),
        Disposition.REFUSED: _l("Refused"),
        Disposition.CONFIRMED: _l("Confirmed"),
        Disposition.RESCHEDULED: _l("Rescheduled"),
        Disposition.APPOINTMENT: _l("Appointment made"),
        Disposition.YES: _l("Said yes"),
        Disposition.NO: _l("Said no"),
        Disposition.OPTED_OUT: _l("Never call again"),
        Disposition.WRONG_NUMBER: _l("Wrong number"),
        Disposition.NO_RESPONSE: _l("Not reached"),
        Disposition.SAID: _l("Point made"),
        Disposition.FINE: _l("All is fine"),
        Disposition.PROBLEM: _l("Has a problem"),
    },
    TaskState: {
        TaskState.WAITING: _l("Planned"),
        TaskState.DIALING: _l("Dialling"),
        TaskState.LIVE: _l("On the line"),
        TaskState.DONE: _l("Done"),
        TaskState.EXPIRED: _l("Expired"),
        TaskState.CANCELLED: _l("Withdrawn"),
        TaskState.UNCERTAIN: _l("Uncertain"),
    },
    AnsweredBy: {
        AnsweredBy.HUMAN: _l("A person answered"),
        AnsweredBy.MACHINE: _l("An answering machine answered"),
        AnsweredBy.FAX: _l("A fax machine answered"),
        AnsweredBy.UNKNOWN: _l("Somebody answered"),
    },
    SuppressionReason: {
        SuppressionReason.OPT_OUT: _l("asked not to be called"),
        SuppressionReason.WRONG_NUMBER: _l("wrong number"),
        SuppressionReason.LEGAL: _l("legal reasons"),
        SuppressionReason.MANUAL: _l("blocked by hand"),
        SuppressionReason.DISPUTE: _l("a dispute is open"),
    },
    **MONEY_LABELS,
}


def label(word: StrEnum) -> str:
    """A member of one of our enums in the reader's language."""
    return str(LABELS[type(word)][word])
