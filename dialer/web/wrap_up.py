"""After a call: the outcomes to choose from, each with the next step that it proposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from dialer.calling.wrap_up import WrapUp
from dialer.domain.cadence import NextStep, dispositions_for, propose
from dialer.domain.words import AccountClass, Disposition, Purpose
from dialer.models.account_money import owed_by
from dialer.models.calls import Call, CallTask
from dialer.models.money import Receivable
from dialer.models.withdrawals import ASKS
from dialer.selling.errors import BadValue
from dialer.selling.promises import NewPromise, promise_payment
from dialer.web.context import current_user, runtime
from dialer.web.money_forms import mistake, read_date, read_minor
from dialer.web.speech import gettext as _
from dialer.web.verdicts import customer_zone


class BadForm(ValueError):
    """A form that says what it cannot mean; `field` is where, `sentence` why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An outcome on a key, and what the house would do next."""

    disposition: Disposition
    next_step: NextStep | None


def proposals(call: Call) -> list[Proposal]:
    """The outcomes that end this call's purpose, in the order of the keys 1 to 9."""
    rt = runtime()
    zone = customer_zone(call.contact, call.number)
    today = rt.now().astimezone(zone).date()
    grade = call.account.account_class if call.account else AccountClass.C
    return [
        Proposal(
            disposition=said,
            next_step=propose(rt.cadence, call.purpose, said, grade, today, zone.key),
        )
        for said in dispositions_for(rt.cadence, call.purpose)
    ]


def read_wrap_up(call: Call) -> WrapUp:
    """What the form says. Raises BadForm."""
    form = request.form
    said = form.get("disposition", "")
    if said not in list(Disposition):
        raise BadForm("disposition", _("Choose what came of the call."))
    return WrapUp(
        user_id=current_user().id,
        disposition=Disposition(said),
        note=form.get("note", "").strip(),
        reached_stage=read_stage(form.get("reached_stage")),
        next_step=read_next_step(call) if form.get("plans_next") else None,
    )


def owed_on(call: Call) -> Sequence[Receivable]:
    """What the one who was called could promise to pay: what is open, if the call was about money.

    That of the call's own task stands first.
    """
    if call.purpose not in ASKS or call.account_id is None:
        return ()
    with runtime().sessions.read() as session:
        task = session.get(CallTask, call.task_id) if call.task_id else None
        about = task.receivable_id if task else None
        rows = owed_by(session, call.account_id)
    return sorted(
        (row for row in rows if not row.is_settled), key=lambda row: (row.id != about, row.due_on)
    )


def read_promise(call: Call) -> NewPromise | None:
    """What was promised, where that came of the call and the form says it. Raises BadForm."""
    form = request.form
    if form.get("disposition") != Disposition.PROMISED or not form.get("promise_for"):
        return None
    owed = {str(row.id): row for row in owed_on(call)}.get(form.get("promise_for", ""))
    if owed is None:
        raise BadForm("promise_for", _("Choose an invoice that is open."))
    try:
        minor = read_minor(form.get("promise_amount", ""), owed.currency)
    except BadValue as error:
        raise BadForm("promise_amount", mistake(error)) from None
    try:
        due_on = read_date(form.get("promise_on", ""), "due_on")
    except BadValue as error:
        raise BadForm("promise_on", mistake(error)) from None
    return NewPromise(receivable_id=owed.id, call_id=call.id, amount_minor=minor, due_on=due_on)


PROMISE_FIELDS = {"amount_minor": "promise_amount", "due_on": "promise_on"}


def keep_promise(call: Call) -> None:
    """Write what was promised, before the wrap-up plans anything. Raises BadForm."""
    new = read_promise(call)
    if new is None:
        return
    try:
        promise_payment(runtime(), current_user(), new)
    except BadValue as error:
        raise BadForm(PROMISE_FIELDS.get(error.field, "promise_for"), mistake(error)) from None


def read_stage(text: str | None) -> int | None:
    """A stage of 1 to 5, or none."""
    return int(text) if text and text in "12345" else None


def read_next_step(call: Call) -> NextStep:
    """The call that is to follow, at the customer's wall time. Raises BadForm."""
    purpose = request.form.get("next_purpose", "")
    try:
        due_local = datetime.fromisoformat(request.form.get("next_due", ""))
    except ValueError:
        raise BadForm("next_due", _("Say on which day and at what time.")) from None
    if purpose not in list(Purpose) or due_local.tzinfo is not None:
        raise BadForm("next_purpose", _("Choose why the next call is made."))
    zone = customer_zone(call.contact, call.number)
    if due_local.replace(tzinfo=zone) < runtime().now():
        raise BadForm("next_due", _("That time is over already."))
    return NextStep(
        purpose=Purpose(purpose), due_local=due_local, zone=zone.key,
        note=request.form.get("next_note", "").strip()[:500],
    )  # fmt: skip
