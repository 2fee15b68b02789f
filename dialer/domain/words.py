"""The trade's words, as they stand in tables, the API and the pages."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why a call is made; exactly one per call."""

    APPOINTMENT = "appointment"
    FIRST_VISIT = "first_visit"
    FOLLOW_UP = "follow_up"
    CARE = "care"
    REVISIT = "revisit"
    CLOSING = "closing"
    REMINDER = "reminder"
    COLLECTION = "collection"
    THANK_YOU = "thank_you"
    AFTER_SALES = "after_sales"


class Mode(StrEnum):
    """Who talks on our side."""

    REP = "rep"
    MACHINE = "machine"


class UserRole(StrEnum):
    """What a user may do."""

    REP = "rep"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class PhoneMode(StrEnum):
    """What is rung for a user: the page in their browser, a telephone, or the one that is there."""

    BROWSER = "browser"
    TELEPHONE = "telephone"
    BROWSER_ELSE_TELEPHONE = "browser_else_telephone"


class PauseReason(StrEnum):
    """Why a user is not to be rung for a while."""

    BREAK = "break"
    MEAL = "meal"
    MEETING = "meeting"
    TRAINING = "training"
    PAPERWORK = "paperwork"
    OTHER = "other"


class Quality(StrEnum):
    """What an account must have to buy: the MAN rule."""

    MONEY = "money"
    AUTHORITY = "authority"
    NEED = "need"


class Help(StrEnum):
    """How a supervisor takes part: unheard, heard by the rep, heard by both, or not."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    LEAVE = "leave"


class ContactRole(StrEnum):
    """What a contact can do for us."""

    ALLY = "ally"
    DECISION_MAKER = "decision_maker"
    PAYER = "payer"


class AccountClass(StrEnum):
    """How much drive and reason the customer has to buy."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class Temperament(StrEnum):
    """How the contact likes to be spoken to."""

    TIGER = "tiger"
    PEACOCK = "peacock"
    OWL = "owl"
    DOVE = "dove"


class LegRole(StrEnum):
    """Who stands at the other end of a leg."""

    REP = "rep"
    CUSTOMER = "customer"
    SUPERVISOR = "supervisor"
    COLLEAGUE = "colleague"


class LegStatus(StrEnum):
    """The life of one leg, in our words."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether the leg can never change again."""
        return self not in LIVE_LEG


LIVE_LEG = frozenset({LegStatus.QUEUED, LegStatus.RINGING, LegStatus.IN_PROGRESS})


class CallStatus(StrEnum):
    """What a call is doing now."""

    PLACING = "placing"
    REP_RINGING = "rep_ringing"
    CUSTOMER_RINGING = "customer_ringing"
    TALKING = "talking"
    ENDED = "ended"
    UNCERTAIN = "uncertain"


class EndedBy(StrEnum):
    """Who ended a call."""

    REP = "rep"
    CUSTOMER = "customer"
    MACHINE = "machine"
    SUPERVISOR = "supervisor"
    CARRIER = "carrier"


class Outcome(StrEnum):
    """What the machine knows of a call; never what a person says of it."""

    TALKED = "talked"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"
    REP_NO_ANSWER = "rep_no_answer"
    NO_RESPONSE = "no_response"
    REFUSED_BY_CARRIER = "refused_by_carrier"
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """What came of a call in the rep's, or the script's, words; never what the machine knows."""

    PROMISED = "promised"
    DEFERRED = "deferred"
    RESENT = "resent"
    DISPUTED = "disputed"
    PAID = "paid"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    RESCHEDULED = "rescheduled"
    APPOINTMENT = "appointment"
    YES = "yes"
    NO = "no"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    NO_RESPONSE = "no_response"
    SAID = "said"
    FINE = "fine"
    PROBLEM = "problem"


class TaskState(StrEnum):
    """The life of a call task."""

    WAITING = "waiting"
    DIALING = "dialing"
    LIVE = "live"
    DONE = "done"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"


class AttemptState(StrEnum):
    """The at-most-once machine's states; the last six are final."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DIALING = "dialing"
    UNKNOWN = "unknown"
    LIVE = "live"
    DONE = "done"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    CLOSED_UNKNOWN = "closed_unknown"
    NOT_PLACED = "not_placed"


class AnsweredBy(StrEnum):
    """What the carrier's detector heard; unknown is treated as a human."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """What an integration's token may touch."""

    CALLS = "calls"
    RECORDS = "records"
    BOARD = "board"
    ALL = "all"


class Language(StrEnum):
    """A reader's or a listener's language."""

    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"
    EN = "en"

    @property
    def locale(self) -> str:
        """The locale whose dates, money and catalogue are meant."""
        return {"zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}.get(self.value, "en")


class SuppressionReason(StrEnum):
    """Why a number must not be called."""

    OPT_OUT = "opt_out"
    WRONG_NUMBER = "wrong_number"
    LEGAL = "legal"
    MANUAL = "manual"
    DISPUTE = "dispute"


class IncidentKind(StrEnum):
    """What must not happen between us and the carrier, and still may."""

    SECOND_CALL = "second_call"
    ORPHAN_CALL = "orphan_call"
    FOREIGN_CALL = "foreign_call"
    LATE_CALL = "late_call"
    QUEUED_TOO_LONG = "queued_too_long"
    VANISHED_CALL = "vanished_call"
    STRANGE_CALLBACK = "strange_callback"
    GAVE_UP = "gave_up"
    STOPPED = "stopped"

    @property
    def is_stray(self) -> bool:
        """Whether it tells of a call at the carrier that belongs to no attempt."""
        return self in STRAYS


STRAYS = frozenset({IncidentKind.SECOND_CALL, IncidentKind.ORPHAN_CALL, IncidentKind.FOREIGN_CALL})


class Decision(StrEnum):
    """What a supervisor decides about a call of which nobody knows what became of it."""

    KNOWN = "known"
    AGAIN = "again"
    LEAVE = "leave"
