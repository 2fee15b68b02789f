"""What customers dispute: nothing is asked for until a supervisor has decided."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.money import Decision
from dialer.domain.words import UserRole
from dialer.models import User
from dialer.models.statements import dispute_calls, dispute_reasons, open_disputes
from dialer.runtime import Runtime
from dialer.selling.disputes import decide_dispute, dispute
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.letters import resend_notice
from dialer.web.context import current_user, runtime
from dialer.web.money_forms import mistake
from dialer.web.security import everyone, guard, roles
from dialer.web.speech import gettext as _

pages = guard(Blueprint("disputes", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)


@pages.get("/disputes")
@roles(*BOSSES)
def dispute_list() -> ResponseReturnValue:
    """What waits for a decision, the oldest first."""
    with runtime().sessions.read() as session:
        found = open_disputes(session, current_user())
        ids = [row.id for row in found]
        reasons, calls = dispute_reasons(session, ids), dispute_calls(session, ids)
    return render_template(
        "money/disputes.html", found=found, reasons=reasons, calls=calls, decisions=Decision
    )


@pages.post("/receivables/<int:receivable_id>/decide")
@roles(*BOSSES)
def decide(receivable_id: int) -> ResponseReturnValue:
    """A supervisor's word."""
    word = request.form.get("decision", "")
    if word not in list(Decision):
        abort(400)

    def verb(rt: Runtime, user: User, id_: int, why: str) -> None:
        decide_dispute(rt, user, id_, Decision(word), why)

    return do(verb, receivable_id, _("Your decision is kept."), "disputes.dispute_list")


@pages.post("/receivables/<int:receivable_id>/dispute")
@everyone
def begin(receivable_id: int) -> ResponseReturnValue:
    """Write down that the customer disputes it."""
    done = _("Nothing is asked for any more until a supervisor has decided.")
    return do(dispute, receivable_id, done, None)


@pages.post("/receivables/<int:receivable_id>/resend")
@everyone
def resend(receivable_id: int) -> ResponseReturnValue:
    """Our mistake: send the notice again."""

    def verb(rt: Runtime, user: User, id_: int, _why: str) -> None:
        resend_notice(rt, user, id_)

    return do(verb, receivable_id, _("The clock waits. See below whether a letter leaves."), None)


def do(
    verb: Callable[[Runtime, User, int, str], object],
    receivable_id: int,
    done: str,
    after: str | None,
) -> ResponseReturnValue:
    """One of the verbs, and on to a page, or back to the customer's."""
    why = request.form.get("reason", "")[:500]
    try:
        verb(runtime(), current_user(), receivable_id, why)
    except (NotFound, NotAllowed):
        abort(404)
    except BadValue as error:
        flash(mistake(error), "late")
    else:
        flash(done, "talking")
    account = request.form.get("account", type=int)
    if after is not None or account is None:
        return redirect(url_for(after or "statement.statement_page"))
    return redirect(url_for("accounts.account_page", account_id=account, _anchor="money"))
