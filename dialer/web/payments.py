"""Money that came in: what waits for a person, the log, and writing down a payment by hand."""

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.matching import Doubt
from dialer.domain.money import PaymentState
from dialer.domain.words import UserRole
from dialer.models import Payment, Receivable, User
from dialer.models.incoming import PAGE_SIZE, find_candidates, find_payment, list_payments
from dialer.models.statements import undecided_payments
from dialer.models.visibility import may_edit_account
from dialer.runtime import Runtime
from dialer.selling.deciding import UNDECIDED, assign_payment, return_payment, settle_surplus
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.payments import NewPayment, receive_payment
from dialer.web.context import current_user, runtime
from dialer.web.money_forms import currencies, mistake, page_today, read_date, read_minor
from dialer.web.money_words import source_word, tone
from dialer.web.security import everyone, guard, roles
from dialer.web.speech import gettext as _
from dialer.web.words import label

pages = guard(Blueprint("payments", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)
SHARE = "share-"


@pages.get("/payments")
@everyone
def payment_list() -> ResponseReturnValue:
    """What waits for a decision, then everything that came, the latest first."""
    return show_list({})


def show_list(errors: Mapping[str, str]) -> str:
    """The page, with errors beside the fields of a payment by hand."""
    before = request.args.get("before", type=int)
    with runtime().sessions.read() as session:
        waiting = undecided_payments(session, current_user())
        found = list_payments(session, current_user(), before)
    return render_template(
        "money/payments.html",
        waiting=waiting,
        found=found,
        before=before,
        older=found[-1].id if len(found) == PAGE_SIZE else None,
        errors=errors,
        currencies=currencies(),
        today=page_today(),
        why=why,
        shares_of=shares_of,
        source_word=source_word,
        money_tone=tone,
    )


def why(payment: Payment) -> str:
    """Why a person has to look at it."""
    if payment.doubt:
        return label(Doubt(payment.doubt))
    if payment.surplus_minor and payment.surplus_settled_at is None:
        return _("More came than was owed.")
    return ""


def shares_of(payment: Payment) -> list[tuple[Receivable, int]]:
    """What it pays, as far as the reader may know of it."""
    return [
        (share.receivable, share.amount_minor)
        for share in payment.allocations
        if may_edit_account(current_user(), share.receivable.account)
    ]


@pages.post("/payments")
@everyone
def enter() -> ResponseReturnValue:
    """A payment that somebody tells of by hand."""
    try:
        told = receive_payment(runtime(), current_user(), read_payment(request.form))
    except BadValue as error:
        return show_list({error.field: mistake(error)}), 422
    if not told.is_new:
        flash(_("This payment is known already; nothing was changed."), "late")
    elif told.state is PaymentState.MATCHED:
        flash(_("It is booked, and everything that asked for it is withdrawn."), "talking")
    else:
        flash(_("It is kept, and waits for somebody to say what it is for."), "late")
    return redirect(url_for("payments.payment_page", payment_id=told.payment_id))


def read_payment(form: Mapping[str, str]) -> NewPayment:
    """What the form says. Raises BadValue."""
    currency = form.get("currency", "")
    return NewPayment(
        amount_minor=read_minor(form.get("amount", ""), currency),
        currency=currency,
        paid_on=read_date(form.get("paid_on", ""), "paid_on"),
        payment_reference=form.get("payment_reference", "").strip(),
        text=form.get("text", "").strip()[:500],
        payer=form.get("payer", "").strip()[:200],
    )


@pages.get("/payments/<int:payment_id>")
@everyone
def payment_page(payment_id: int) -> ResponseReturnValue:
    """One payment, what it pays or may pay, and what can be decided about it."""
    return show_payment(payment_id, {})


def show_payment(payment_id: int, errors: Mapping[str, str]) -> str:
    """The page, with what is wrong with a decision."""
    user, text = current_user(), request.args.get("q", "").strip()[:80]
    with runtime().sessions.read() as session:
        payment = find_payment(session, user, payment_id)
        if payment is None:
            abort(404)
        candidates = find_candidates(session, user, payment, text)
    decides = user.role in BOSSES
    return render_template(
        "money/payment.html",
        payment=payment,
        candidates=candidates,
        text=text,
        errors=errors,
        why=why(payment),
        shares=shares_of(payment),
        hidden=len(payment.allocations) - len(shares_of(payment)),
        may_assign=decides and payment.state in UNDECIDED,
        may_return=decides and payment.state is not PaymentState.RETURNED,
        may_settle=decides and payment.surplus_minor > 0 and payment.surplus_settled_at is None,
        source_word=source_word,
        money_tone=tone,
        share_field=SHARE,
    )


@pages.post("/payments/<int:payment_id>/assign")
@roles(*BOSSES)
def assign(payment_id: int) -> ResponseReturnValue:
    """Say what it is for."""
    with runtime().sessions.read() as session:
        payment = find_payment(session, current_user(), payment_id)
    if payment is None:
        abort(404)
    try:
        shares = read_shares(payment.currency)
        assign_payment(runtime(), current_user(), payment_id, shares, reason())
    except NotFound:
        return show_payment(payment_id, {"shares": _("This invoice is not there.")}), 422
    except NotAllowed:
        abort(404)
    except BadValue as error:
        return show_payment(payment_id, {error.field: mistake(error)}), 422
    flash(_("It is booked, and everything that asked for it is withdrawn."), "talking")
    return redirect(url_for("payments.payment_list"))


def reason() -> str:
    """Why, as it stays on record."""
    return request.form.get("reason", "")[:500]


def read_shares(currency: str) -> dict[int, int]:
    """Minor units by receivable, of the fields that are filled in. Raises BadValue."""
    found = {}
    for name, text in request.form.items():
        key = name.removeprefix(SHARE)
        if name.startswith(SHARE) and key.isascii() and key.isdecimal() and text.strip():
            if len(key) > 9:
                raise BadValue("shares", "must be of receivables that there are")
            found[int(key)] = read_minor(text, currency, "shares")
    return found


@pages.post("/payments/<int:payment_id>/return")
@roles(*BOSSES)
def send_back(payment_id: int) -> ResponseReturnValue:
    """Send the money back: what it paid is open again."""
    return do(payment_id, return_payment, _("It is sent back; what it paid is open again."))


@pages.post("/payments/<int:payment_id>/surplus")
@roles(*BOSSES)
def settle(payment_id: int) -> ResponseReturnValue:
    """Say what became of what was too much."""
    return do(payment_id, settle_surplus, _("Your decision is kept."))


def do(
    payment_id: int, verb: Callable[[Runtime, User, int, str], None], done: str
) -> ResponseReturnValue:
    """One of the decisions that need a reason alone."""
    try:
        verb(runtime(), current_user(), payment_id, reason())
    except (NotFound, NotAllowed):
        abort(404)
    except BadValue as error:
        return show_payment(payment_id, {error.field: mistake(error)}), 422
    flash(done, "talking")
    return redirect(url_for("payments.payment_list"))
