"""Promises to pay: which wait for their day, what became of the others, and how often they hold."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dialer.domain.money import PromiseState
from dialer.domain.words import UserRole
from dialer.models import Account, User
from dialer.models.statements import Kept, kept_rates, list_promises, owners_seen
from dialer.selling.errors import BadValue, NotAllowed, NotFound
from dialer.selling.promises import cancel_promise
from dialer.web.context import current_user, runtime
from dialer.web.money_forms import mistake
from dialer.web.money_words import tone
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.steps import step_words
from dialer.web.views import person

pages = guard(Blueprint("promises", __name__))

DAYS = (30, 90, 365)
MOST_ACCOUNTS = 20


@pages.get("/promises")
@everyone
def promise_list() -> ResponseReturnValue:
    """Those that wait first; the rates since some days ago."""
    user, word = current_user(), request.args.get("state", "")
    state = PromiseState(word) if word in list(PromiseState) else None
    asked_owner = request.args.get("owner", type=int)
    owner_id = user.id if user.role is UserRole.REP else asked_owner
    days = request.args.get("days", type=int)
    days = days if days in DAYS else DAYS[1]
    since = runtime().now() - timedelta(days=days)
    with runtime().sessions.read() as session:
        found = list_promises(session, user, state, owner_id)
        rates = {by: kept_rates(session, user, by, since, owner_id) for by in ("owner", "step")}
        accounts = worst_first(kept_rates(session, user, "account", since, owner_id))
        names = {
            "owner": {key: person(session.get(User, key)) for key in keys(rates["owner"])},
            "account": {key: session.get_one(Account, key).name for key in keys(accounts)},
        }
        team = owners_seen(session, user)
    return render_template(
        "money/promises.html",
        found=found,
        state=state,
        states=PromiseState,
        owner_id=owner_id,
        team=team,
        days=days,
        all_days=DAYS,
        rates={**rates, "account": accounts},
        names=names,
        step_words=step_words,
        money_tone=tone,
    )


def keys(rates: list[Kept]) -> list[int]:
    """The ids that rates are about; what belongs to nobody has none."""
    return [one.key for one in rates if isinstance(one.key, int)]


def worst_first(rates: list[Kept]) -> list[Kept]:
    """Customers whose word was broken, the worst first."""
    judged = [one for one in rates if one.rate is not None and one.rate < 1]
    return sorted(judged, key=lambda one: (one.rate or 0, -one.made))[:MOST_ACCOUNTS]


@pages.post("/promises/<int:promise_id>/cancel")
@everyone
def cancel(promise_id: int) -> ResponseReturnValue:
    """Take back what was no promise."""
    why = request.form.get("reason", "")[:500]
    try:
        cancel_promise(runtime(), current_user(), promise_id, why)
    except (NotFound, NotAllowed):
        abort(404)
    except BadValue as error:
        flash(mistake(error), "late")
    else:
        flash(_("The promise is taken back; the money is asked for again."), "talking")
    return redirect(url_for("promises.promise_list"))
