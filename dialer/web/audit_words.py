"""Every action of the audit log as a reader sees it, and what it was done to."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.words import Disposition, SuppressionReason, UserRole
from dialer.models import AuditEntry
from dialer.web.money_words import source_word
from dialer.web.speech import gettext as _
from dialer.web.suppressions import source_words
from dialer.web.words import label

ACTIONS: Mapping[str, LazyString] = {
    "log_in": _l("logged in"),
    "log_in.password": _l("gave the right password, and still owes a code"),
    "log_out": _l("logged out"),
    "session.end": _l("ended a session"),
    "session.end_all": _l("ended all other sessions"),
    "user.add": _l("added a user"),
    "user.invite": _l("made an invitation"),
    "user.link": _l("made a link for a new password"),
    "user.password": _l("set a new password"),
    "user.role": _l("changed a role"),
    "user.team": _l("changed a team"),
    "user.change": _l("changed name or telephone"),
    "user.telephone": _l("changed the own telephone"),
    "user.phone": _l("chose which phone rings"),
    "user.disable": _l("shut a user out"),
    "user.enable": _l("let a user in again"),
    "factor.on": _l("turned the second factor on"),
    "factor.off": _l("turned the second factor off"),
    "factor.codes": _l("made new recovery codes"),
    "factor.recovery": _l("used a recovery code"),
    "team.add": _l("added a team"),
    "team.rename": _l("renamed a team"),
    "token.add": _l("made a token for a program"),
    "token.revoke": _l("revoked a program's token"),
    "account.add": _l("added an account"),
    "account.change": _l("changed an account"),
    "account.claim": _l("took an account from the pool"),
    "account.release": _l("gave an account back to the pool"),
    "account.quality": _l("noted what an account can buy with"),
    "account.import": _l("brought in an account"),
    "account.credit": _l("set an account's credit"),
    "account.clear_credit": _l("cleared an account's credit"),
    "contact.add": _l("added a contact"),
    "contact.change": _l("changed a contact"),
    "contact.close_hours": _l("noted when a contact is not to be called"),
    "contact.open_hours": _l("gave up hours at which a contact was not to be called"),
    "contact.zone": _l("confirmed a contact's time zone"),
    "contact.consent": _l("brought in a contact's consent"),
    "contact.email": _l("changed a contact's e-mail address"),
    "contact.unsubscribe": _l("wanted no more e-mail"),
    "deal.add": _l("agreed terms with an account"),
    "receivable.add": _l("wrote down a receivable"),
    "receivable.dispute": _l("noted that a receivable is disputed"),
    "receivable.decide": _l("decided a dispute"),
    "promise.add": _l("wrote down a promise to pay"),
    "promise.cancel": _l("took back a promise to pay"),
    "payment.add": _l("wrote down a payment"),
    "payment.assign": _l("said what a payment settles"),
    "payment.return": _l("sent a payment back"),
    "payment.surplus": _l("decided about the rest of a payment"),
    "import.start": _l("began an import"),
    "import.running": _l("let an import go on"),
    "import.stopped": _l("stopped an import"),
    "import.done": _l("finished an import"),
    "import.broken": _l("could not read a file on"),
    "task.add": _l("planned a call"),
    "task.move": _l("moved a planned call"),
    "task.cancel": _l("took a planned call back"),
    "plan.confirm": _l("confirmed a day's plan"),
    "number.erase": _l("erased a number"),
    "suppress": _l("stopped all calls to a number"),
    "suppress.lift": _l("lifted a do-not-call entry"),
    "dnc_list.register": _l("imported a do-not-call list"),
    "call.correct": _l("corrected what came of a call"),
    "uncertain.decide": _l("decided about an uncertain call"),
    "incident.seen": _l("saw to an incident"),
    "hold_on": _l("put all calls on hold"),
    "hold_off": _l("let calls be placed again"),
    "supervise_listen": _l("listened to a call"),
    "supervise_whisper": _l("whispered to a rep in a call"),
    "supervise_barge": _l("joined a call"),
    "transfer_asked": _l("handed a call on"),
    "calls.export": _l("exported the call log"),
    "evidence.export": _l("exported the evidence about a number"),
    "audit.export": _l("exported the audit log"),
}
# The rooms that the log can be filtered by: what stands before an action's dot.
ROOMS: Mapping[str, LazyString] = {
    "log_in": _l("Logging in"),
    "user": _l("Users"),
    "session": _l("Sessions"),
    "factor": _l("Second factor"),
    "team": _l("Teams"),
    "token": _l("Programs"),
    "account": _l("Accounts"),
    "contact": _l("Contacts"),
    "deal": _l("Terms"),
    "receivable": _l("Receivables"),
    "promise": _l("Promises to pay"),
    "payment": _l("Payments"),
    "import": _l("Imports"),
    "task": _l("Planned calls"),
    "call": _l("Calls"),
    "suppress": _l("Do not call"),
    "number": _l("Erasures"),
    "plan": _l("Plans of the day"),
    "calls": _l("Exports of calls"),
    "evidence": _l("Exports of evidence"),
    "audit": _l("Exports of this log"),
    "uncertain": _l("Uncertain calls"),
    "incident": _l("Incidents"),
}
SUBJECTS: Mapping[str, LazyString] = {
    "user": _l("User"),
    "team": _l("Team"),
    "token": _l("Token"),
    "account": _l("Account"),
    "contact": _l("Contact"),
    "task": _l("Planned call"),
    "number": _l("Number"),
    "call": _l("Call"),
    "deal": _l("Terms"),
    "receivable": _l("Receivable"),
    "promise": _l("Promise to pay"),
    "payment": _l("Payment"),
    "import": _l("Import"),
    "list": _l("List"),
    "incident": _l("Incident"),
}


def action_words(action: str) -> str:
    """What was done; an action without words shows its code rather than nothing."""
    return str(ACTIONS.get(action, action))


def subject_words(entry: AuditEntry, names: Mapping[int, str]) -> str:
    """What it was done to: a colleague by name, anything else by kind and number."""
    if entry.subject_id is None:
        return ""
    if entry.subject_kind == "user" and entry.subject_id in names:
        return names[entry.subject_id]
    kind = str(SUBJECTS.get(entry.subject_kind, entry.subject_kind))
    return _("%(kind)s %(number)s", kind=kind, number=entry.subject_id)


def detail_words(entry: AuditEntry) -> str:
    """What else is known of it, in the reader's words where they are words of ours."""
    detail = entry.detail or {}
    if entry.action in ("user.role", "call.correct"):
        now = detail.get("now", detail.get("role"))
        return _("%(was)s → %(now)s", was=word_of(detail.get("was")), now=word_of(now))
    shown = ((name, value) for name, value in sorted(detail.items()) if name in SHOWN and value)
    return ", ".join(
        source_of(entry, value) if name == "source" else word_of(value) for name, value in shown
    )


def source_of(entry: AuditEntry, source: str) -> str:
    """Where a payment or a do-not-call entry comes from."""
    is_payment = entry.subject_kind == "payment"
    return source_word(source) if is_payment else source_words(source)


# Of the details, those that a reader understands; filters and ids stay in the table.
SHOWN = ("reason", "role", "count", "source", "scopes")


def word_of(value: Any) -> str:
    """A role or a reason in the reader's language; anything else as it is."""
    for words in (UserRole, SuppressionReason, Disposition):
        if value in list(words):
            return label(words(value))
    return str(value)[:200]
