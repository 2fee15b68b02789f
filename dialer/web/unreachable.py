"""Contacts whom nobody may ever call for a purpose, with what would help beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, selectinload

from dialer.domain.verdict import Never
from dialer.domain.words import Purpose
from dialer.models import Contact
from dialer.models.many_facts import Question
from dialer.models.unreachable import MOST_LOOKED_AT, Unreachable, find_unreachable
from dialer.models.visibility import may_edit_account
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.zones import confirm_zone
from dialer.sentences import explain
from dialer.web.context import current_user, runtime
from dialer.web.language import page_language
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _

pages = guard(Blueprint("unreachable", __name__))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One contact in the reader's words."""

    contact: Contact
    why: str
    zones: Sequence[str]
    takes_zone: bool


@pages.get("/unreachable")
@everyone
def unreachable_page() -> ResponseReturnValue:
    """The contacts that no minute of a purpose's window can reach."""
    rt, purpose = runtime(), read_purpose(request.args.get("purpose", ""))
    question = Question(
        purpose=purpose, own_numbers=frozenset(rt.settings.caller_ids), now=rt.now()
    )
    with rt.sessions.read() as session:
        found = find_unreachable(session, current_user(), rt.policy, question)
        ids = [row.contact_id for row in found.rows]
        contacts = session.scalars(
            sa.select(Contact)
            .where(Contact.id.in_(ids))
            .options(joinedload(Contact.account), selectinload(Contact.numbers))
        )
        known = {contact.id: contact for contact in contacts}
    return render_template(
        "unreachable/list.html",
        found=found,
        rows=[show(known[row.contact_id], row) for row in found.rows],
        is_cut=found.looked_at == MOST_LOOKED_AT,
        purpose=purpose,
        purposes=Purpose,
        all_zones=sorted(zone for zone in available_timezones() if "/" in zone),
    )


def read_purpose(word: str) -> Purpose:
    """The purpose that is asked about; closing has the narrowest window."""
    return Purpose(word) if word in list(Purpose) else Purpose.CLOSING


def show(contact: Contact, row: Unreachable) -> Shown:
    """One line of the list."""
    return Shown(
        contact=contact,
        why=explain(row.verdict, page_language()),
        zones=row.verdict.zones or contact.numbers[0].zones,
        takes_zone=helps(row.verdict) and may_edit_account(current_user(), contact.account),
    )


def helps(verdict: Never) -> bool:
    """Whether a zone could open a window; else only a rule, a consent or another number can."""
    kind = verdict.rule.partition(":")[0]
    return kind == "no_zone" or (kind == "never_open" and verdict.params.get("cause") != "law")


@pages.post("/unreachable/<int:contact_id>/zone")
@everyone
def set_zone(contact_id: int) -> ResponseReturnValue:
    """Confirm a contact's zone."""
    zone, purpose = request.form.get("zone", ""), read_purpose(request.form.get("purpose", ""))
    try:
        confirm_zone(runtime(), current_user(), contact_id, zone)
    except (NotFound, NotAllowed):
        abort(404)
    except BadValue:
        flash(_("This is no time zone. Choose one such as Asia/Shanghai."), "late")
    else:
        flash(_("The zone is confirmed: %(zone)s.", zone=zone), "talking")
    return redirect(url_for("unreachable.unreachable_page", purpose=purpose))
