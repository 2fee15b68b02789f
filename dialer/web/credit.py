"""An account's money: deals with their terms, credit, letters; and the deeds about them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dialer.domain.credit import Terms
from dialer.domain.words import UserRole
from dialer.models import Account
from dialer.models.account_money import (
    deals_of,
    letters_of,
    mailboxes_of,
    open_marks,
    owed_by,
    promises_of,
)
from dialer.models.accounts import find_account
from dialer.models.credit import load_credit
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.letters import set_email
from dialer.selling.terms import NewDeal, agree_deal, clear_credit, note_rumour, set_credit_line
from dialer.web.context import current_user, runtime
from dialer.web.money_forms import currencies, mistake, page_today, read_date, read_minor
from dialer.web.money_words import letter_reason, tone
from dialer.web.security import everyone, guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("credit", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)


def account_money(session: Session, account: Account) -> Mapping[str, Any]:
    """What the account's page shows of it."""
    return {
        "owed": owed_by(session, account.id),
        "promises": promises_of(session, account.id),
        "deals": deals_of(session, account.id),
        "letters": letters_of(session, account.id),
        "mailboxes": mailboxes_of(session, account.id),
        "marks": open_marks(session, account.id),
        "credit": load_credit(session, account.id),
        "first_purchases": runtime().cadence.money.first_purchases,
        "terms": Terms,
        "currencies": currencies(),
        "today": page_today(),
        "is_boss": current_user().role in BOSSES,
        "tone": tone,
        "letter_reason": letter_reason,
    }


def back(account_id: int) -> ResponseReturnValue:
    """To the part of the account's page that is about money."""
    return redirect(url_for("accounts.account_page", account_id=account_id, _anchor="money"))


def do(account_id: int, verb: Callable[[], object], done: str) -> ResponseReturnValue:
    """One of the deeds, and what became of it in a sentence."""
    with runtime().sessions.read() as session:
        if find_account(session, current_user(), account_id) is None:
            abort(404)
    try:
        verb()
    except (NotFound, NotAllowed):
        abort(404)
    except BadValue as error:
        flash(mistake(error), "late")
    else:
        flash(done, "talking")
    return back(account_id)


@pages.post("/accounts/<int:account_id>/deals")
@everyone
def agree(account_id: int) -> ResponseReturnValue:
    """A purchase with the terms that the customer has accepted."""

    def verb() -> int:
        return agree_deal(runtime(), current_user(), read_deal(account_id, request.form))

    return do(account_id, verb, _("The deal is agreed, and what is owed for it is written down."))


def read_deal(account_id: int, form: Mapping[str, str]) -> NewDeal:
    """What the form says. Raises BadValue."""
    word, currency = form.get("terms", ""), form.get("currency", "")
    if word not in list(Terms):
        raise BadValue("terms", "must be chosen")
    contact = form.get("contact", "")
    if not (contact.isascii() and contact.isdecimal()) or len(contact) > 9:
        raise BadValue("contact_id", "must be a contact of the account")
    reference = form.get("reference", "").strip()
    if not reference or len(reference) > 80:
        raise BadValue("reference", "must be a number of at most 80 characters")
    return NewDeal(
        account_id=account_id,
        contact_id=int(contact),
        terms=Terms(word),
        amount_minor=read_minor(form.get("amount", ""), currency),
        currency=currency,
        reference=reference,
        delivery_on=read_delivery(form.get("delivery_on", "")) if word == "on_delivery" else None,
        note=form.get("note", "").strip()[:500],
    )


def read_delivery(text: str) -> date:
    """The day of the delivery. Raises BadValue."""
    return read_date(text, "delivery_on")


@pages.post("/accounts/<int:account_id>/credit")
@roles(*BOSSES)
def set_line(account_id: int) -> ResponseReturnValue:
    """How much it may owe on account."""
    currency = request.form.get("currency", "")

    def verb() -> None:
        minor = read_minor(request.form.get("limit", ""), currency, "limit_minor")
        set_credit_line(runtime(), current_user(), account_id, minor, currency)

    return do(account_id, verb, _("The credit limit is set."))


@pages.post("/accounts/<int:account_id>/credit/rumour")
@everyone
def rumour(account_id: int) -> ResponseReturnValue:
    """Mark the credit because of what one hears."""
    note = request.form.get("note", "")[:500]

    def verb() -> None:
        note_rumour(runtime(), current_user(), account_id, note)

    return do(account_id, verb, _("Its credit is marked: no orders on account."))


@pages.post("/accounts/<int:account_id>/credit/clear")
@roles(*BOSSES)
def clear(account_id: int) -> ResponseReturnValue:
    """Clear all that speaks against the credit, with a reason."""
    why = request.form.get("reason", "")[:500]

    def verb() -> None:
        clear_credit(runtime(), current_user(), account_id, why)

    return do(account_id, verb, _("Its credit is clear again."))


@pages.post("/accounts/<int:account_id>/email/<int:contact_id>")
@everyone
def email(account_id: int, contact_id: int) -> ResponseReturnValue:
    """A person's address, and where the consent comes from."""
    address, source = request.form.get("address", ""), request.form.get("consent", "")

    def verb() -> None:
        set_email(runtime(), current_user(), contact_id, address, source)

    unasked = _("Kept; without a consent no letter is sent to it.")
    return do(account_id, verb, _("The address is kept.") if source.strip() else unasked)
