"""The list of accounts, and one account with its history as the spine."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from dialer.domain.words import AccountClass
from dialer.models.accounts import AccountFilter, Sort, find_account, list_accounts
from dialer.models.desk import planned_tasks, recent_calls, suppressed_numbers
from dialer.models.owing import load_owing
from dialer.models.visibility import may_dial_account, may_edit_account, may_read_number
from dialer.selling.accounts import claim_account
from dialer.selling.errors import AlreadyOwned, NotFound
from dialer.web.context import current_user, runtime
from dialer.web.credit import account_money
from dialer.web.language import page_zone
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _

pages = guard(Blueprint("accounts", __name__))

TIMELINE_CALLS = 100
OWNERS = ("mine", "pool", "others")
SORTS = {
    Sort.GRADE: _l("Best class first"),
    Sort.STAGE: _l("Highest stage first"),
    Sort.NAME: _l("By name"),
    Sort.NEWEST: _l("Newest first"),
}


@pages.get("/accounts")
@everyone
def account_list() -> ResponseReturnValue:
    """Search by name or number, class and owner."""
    wanted, after = read_filter(), request.args.get("after", type=int)
    with runtime().sessions.read() as session:
        found = list_accounts(session, current_user(), wanted, after)
    return render_template(
        "accounts/list.html",
        found=found,
        wanted=wanted,
        after=after,
        grades=AccountClass,
        sorts=SORTS,
        asked={name: value for name, value in request.args.items() if name != "after" and value},
    )


def read_filter() -> AccountFilter:
    """The filter that the address names; what it cannot mean is not asked for."""
    grade, owner = request.args.get("class", ""), request.args.get("owner", "")
    sort = request.args.get("sort", "")
    return AccountFilter(
        text=request.args.get("q", "")[:100],
        grade=AccountClass(grade) if grade in list(AccountClass) else None,
        owner=owner if owner in OWNERS else "",
        sort=Sort(sort) if sort in list(Sort) else Sort.GRADE,
    )


@pages.get("/accounts/<int:account_id>")
@everyone
def account_page(account_id: int) -> ResponseReturnValue:
    """One account; somebody else's of another team is not there."""
    user = current_user()
    with runtime().sessions.read() as session:
        account = find_account(session, user, account_id)
        if account is None:
            abort(404)
        calls = recent_calls(session, user, account.id, None, TIMELINE_CALLS)
        planned = planned_tasks(session, user, account.id, None)
        numbers = [number.id for contact in account.contacts for number in contact.numbers]
        blocked = suppressed_numbers(session, numbers)
        today = runtime().now().astimezone(page_zone()).date()
        knows = may_read_number(user, account)
        owing = load_owing(session, account.id, today) if knows else None
        purse = account_money(session, account) if knows else None
    return render_template(
        "accounts/account.html",
        account=account,
        calls=calls,
        planned=planned,
        blocked=blocked,
        owing=owing,
        purse=purse,
        may_dial=may_dial_account(user, account),
        may_edit=may_edit_account(user, account),
    )


@pages.post("/accounts/<int:account_id>/claim")
@everyone
def claim(account_id: int) -> ResponseReturnValue:
    """Take an account out of the public pool."""
    try:
        claim_account(runtime(), current_user(), account_id)
    except NotFound:
        abort(404)
    except AlreadyOwned:
        flash(_("Somebody was quicker: this account has an owner now."), "late")
    else:
        flash(_("The account is yours. Call before it goes back to the pool."), "talking")
    return redirect(url_for("accounts.account_page", account_id=account_id))
