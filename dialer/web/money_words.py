"""Words about money as a reader sees them: ages, states, doubts, reasons, steps of the ladder."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.credit import MarkKind, NoCredit, Terms
from dialer.domain.dunning import Held
from dialer.domain.matching import Doubt
from dialer.domain.money import Age, Decision, PaymentState, PromiseState, ReceivableState
from dialer.models.letters import LetterKind, LetterState

MONEY_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, LazyString]] = {
    Age: {
        Age.CURRENT: _l("Not due yet"),
        Age.TO_30: _l("1–30 days"),
        Age.TO_60: _l("31–60 days"),
        Age.TO_90: _l("61–90 days"),
        Age.OVER_90: _l("Over 90 days"),
    },
    ReceivableState: {
        ReceivableState.OPEN: _l("Open"),
        ReceivableState.PAID: _l("Paid"),
        ReceivableState.DISPUTED: _l("Disputed"),
        ReceivableState.WITHDRAWN: _l("Not asked for any more"),
    },
    PromiseState: {
        PromiseState.OPEN: _l("Waits for its day"),
        PromiseState.KEPT: _l("Kept"),
        PromiseState.PARTIAL: _l("Kept in part"),
        PromiseState.BROKEN: _l("Broken"),
        PromiseState.CANCELLED: _l("Taken back"),
    },
    PaymentState: {
        PaymentState.MATCHED: _l("Booked"),
        PaymentState.DOUBTFUL: _l("Doubtful"),
        PaymentState.UNMATCHED: _l("Nobody's yet"),
        PaymentState.RETURNED: _l("Sent back"),
    },
    Doubt: {
        Doubt.CURRENCY: _l("The invoice is known, but in another currency."),
        Doubt.SETTLED: _l("Nothing is open on the invoice that it names: perhaps paid twice."),
        Doubt.SEVERAL: _l("Several invoices fit, or their sum does not."),
        Doubt.AMOUNT_ONLY: _l("It names no invoice, but somebody owes just this amount."),
        Doubt.UNKNOWN: _l("It names no invoice, and nobody owes this amount."),
        Doubt.REUSED: _l("Another payment came under the same reference of the bank."),
    },
    Decision: {
        Decision.STANDS: _l("The customer owes it"),
        Decision.WITHDRAWN: _l("The customer is right: ask no more"),
        Decision.RESENT: _l("Our mistake: send the notice again"),
    },
    Terms: {
        Terms.PREPAID: _l("Paid in advance"),
        Terms.ON_DELIVERY: _l("Paid on delivery"),
        Terms.ON_ACCOUNT: _l("On account"),
    },
    MarkKind: {
        MarkKind.OVERDUE: _l("Overdue for long"),
        MarkKind.BROKEN_PROMISE: _l("Broken promise"),
        MarkKind.RUMOUR: _l("Rumour"),
    },
    NoCredit: {
        NoCredit.FIRST_PURCHASE: _l("The first purchases are paid at once."),
        NoCredit.MARKED: _l("Its credit is marked; a supervisor has to clear it first."),
        NoCredit.NO_LIMIT: _l("It has no credit limit yet."),
        NoCredit.OTHER_CURRENCY: _l("Its credit limit is in another currency."),
        NoCredit.OVER_LIMIT: _l("It would owe more than its credit limit."),
    },
    Held: {
        Held.PROMISE: _l("Promised: quiet until that day is over"),
        Held.CLOCK_WAITS: _l("Our mistake: the notice was sent again, and the clock waits"),
        Held.DISPUTED: _l("Disputed: a supervisor decides"),
        Held.PAYMENT_IN_DOUBT: _l("Money came that may be for it"),
        Held.PENDING: _l("A call about it is planned already"),
        Held.SAME_PAYER: _l("The payer is called about another invoice that day"),
        Held.NO_NUMBER: _l("No number is known"),
        Held.GATE: _l("The rules do not allow it"),
    },
    LetterKind: {LetterKind.NOTICE: _l("Notice sent again")},
    LetterState: {
        LetterState.WAITING: _l("About to leave"),
        LetterState.SENDING: _l("Leaving"),
        LetterState.SENT: _l("Sent"),
        LetterState.FAILED: _l("Failed"),
        LetterState.REFUSED: _l("Not sent"),
    },
}
# Why a letter was not sent; what a mail server says is shown as it is.
LETTER_REASONS: Mapping[str, LazyString] = {
    "no_server": _l("no mail server is set up"),
    "no_address": _l("no address is known"),
    "no_consent": _l("there is no consent"),
    "unsubscribed": _l("wants no more letters"),
}
SOURCES: Mapping[str, LazyString] = {
    "hand": _l("written by hand"),
    "api": _l("another program"),
    "file": _l("a file"),
    "statement": _l("a bank statement"),
}
TONES: Mapping[StrEnum, str] = {
    ReceivableState.OPEN: "closed",
    ReceivableState.PAID: "talking",
    ReceivableState.DISPUTED: "waiting",
    ReceivableState.WITHDRAWN: "closed",
    PromiseState.KEPT: "talking",
    PromiseState.PARTIAL: "late",
    PromiseState.BROKEN: "over",
    PromiseState.CANCELLED: "closed",
    PaymentState.MATCHED: "talking",
    PaymentState.DOUBTFUL: "waiting",
    PaymentState.UNMATCHED: "waiting",
    PaymentState.RETURNED: "closed",
    LetterState.WAITING: "ringing",
    LetterState.SENDING: "ringing",
    LetterState.SENT: "talking",
    LetterState.FAILED: "over",
    LetterState.REFUSED: "late",
}


def tone(word: StrEnum) -> str:
    """The colour that a state has, beside its word. States of two kinds share the word open."""
    return TONES.get(word, "closed")


def letter_reason(reason: str) -> str:
    """Why a letter did not leave."""
    return str(LETTER_REASONS.get(reason, reason))


def source_word(source: str) -> str:
    """How a payment was told."""
    return str(SOURCES.get(source, source))
