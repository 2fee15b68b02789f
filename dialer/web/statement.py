"""The statement of open receivables: by customer and age, on paper and as a workbook."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from dialer.domain.money import Age
from dialer.domain.words import UserRole
from dialer.models import Account, Receivable, User
from dialer.models.accounts import find_account
from dialer.models.statements import StatementRow, owners_seen, statement, totals
from dialer.models.visibility import may_read_number
from dialer.web.context import current_user, runtime
from dialer.web.money_forms import page_today
from dialer.web.money_words import tone
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.views import person
from dialer.web.words import label
from dialer.web.workbook import XLSX, Amount, write_workbook

pages = guard(Blueprint("statement", __name__))

MOST_SHOWN = 300
AGE_TONES = {
    Age.CURRENT: "current", Age.TO_30: "to-30", Age.TO_60: "to-60", Age.TO_90: "to-90",
    Age.OVER_90: "over-90",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ages:
    """Open minor units of one currency by age."""

    currency: str
    ages: Mapping[Age, int]

    @property
    def minor(self) -> int:
        """All of it."""
        return sum(self.ages.values())


@dataclass(frozen=True, kw_only=True)
class Sum(Ages):
    """What one customer owes in one currency."""

    account: Account
    invoices: int


@dataclass(frozen=True, kw_only=True)
class OwnerSum(Ages):
    """What all customers of one owner owe in one currency."""

    owner: User | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for: one rep's or one customer's, and of one age alone."""

    owner_id: int | None
    account_id: int | None
    age: Age | None


@pages.get("/money")
@everyone
def statement_page() -> ResponseReturnValue:
    """Who owes how much since when."""
    asked, today = read_asked(), page_today()
    rows, account, team = load(asked, today)
    shown = [row for row in rows if asked.age is None or row.ages[asked.age]]
    sums = sums_of(shown)
    return render_template(
        "money/statement.html",
        asked=asked,
        today=today,
        account=account,
        team=team,
        totals=totals(rows),
        sums=sums[:MOST_SHOWN],
        count=len(sums),
        by_owner=owner_sums(shown) if len(team) > 1 and not asked.account_id else (),
        rows=shown if asked.account_id else (),
        ages=Age,
        age_tones=AGE_TONES,
        money_tone=tone,
        given={name: value for name, value in request.args.items() if value},
    )


def read_asked() -> Asked:
    """What the address cannot mean is not asked for."""
    age = request.args.get("age", "")
    return Asked(
        owner_id=request.args.get("owner", type=int),
        account_id=request.args.get("account", type=int),
        age=Age(age) if age in list(Age) else None,
    )


def load(asked: Asked, today: date) -> tuple[list[StatementRow], Account | None, Sequence[User]]:
    """The receivables, the customer if one is asked for, and the reps to choose from."""
    user = current_user()
    with runtime().sessions.read() as session:
        account = None
        if asked.account_id is not None:
            account = find_account(session, user, asked.account_id)
            if account is None or not may_read_number(user, account):
                abort(404)
        owner_id = user.id if user.role is UserRole.REP else asked.owner_id
        rows = statement(session, user, today, owner_id, asked.account_id)
        return rows, account, owners_seen(session, user)


def sums_of(rows: Iterable[StatementRow]) -> list[Sum]:
    """One line for each customer and currency, the largest of what is overdue first."""
    sums = [
        Sum(
            account=group[0].receivable.account,
            currency=currency,
            ages=add_up(group),
            invoices=len(group),
        )
        for (_account, currency), group in grouped(rows, lambda row: row.account_id).items()
    ]
    return sorted(sums, key=worst_first)


def owner_sums(rows: Iterable[StatementRow]) -> list[OwnerSum]:
    """One line for each owner and currency, in the same order."""
    groups = grouped(rows, lambda row: row.account.owner_id)
    sums = [
        OwnerSum(owner=group[0].receivable.account.owner, currency=currency, ages=add_up(group))
        for (_owner, currency), group in groups.items()
    ]
    return sorted(sums, key=worst_first)


def worst_first(one: Ages) -> tuple[str, int]:
    """Each currency by itself; whoever is overdue with most stands first."""
    return one.currency, one.ages[Age.CURRENT] - one.minor


def add_up(rows: Sequence[StatementRow]) -> dict[Age, int]:
    """The columns' sums, of one currency."""
    return {age: sum(row.ages[age] for row in rows) for age in Age}


def grouped(
    rows: Iterable[StatementRow], key_of: Callable[[Receivable], int | None]
) -> dict[tuple[int | None, str], list[StatementRow]]:
    """Rows by key and currency."""
    found: dict[tuple[int | None, str], list[StatementRow]] = {}
    for row in rows:
        key = (key_of(row.receivable), row.receivable.currency)
        found.setdefault(key, []).append(row)
    return found


@pages.get("/money/statement.xlsx")
@everyone
def download() -> ResponseReturnValue:
    """The same as a workbook: by customer, and each receivable."""
    rows, _account, _team = load(read_asked(), page_today())
    sheets = {
        _("By customer"): sum_lines(rows),
        _("By owner"): owner_lines(rows),
        _("Receivables"): row_lines(rows),
    }
    name = f"receivables-{page_today().isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_workbook(sheets), mimetype=XLSX, headers=headers)


def sum_lines(rows: Iterable[StatementRow]) -> list[list[object]]:
    """A heading, and a line for each customer and currency."""
    heading: list[object] = [
        _("Customer"), _("Owner"), _("Currency"), *map(label, Age), _("Together"),
    ]  # fmt: skip
    return [heading, *(
        [
            one.account.name, person(one.account.owner), one.currency,
            *(Amount(minor, one.currency) for minor in one.ages.values()),
            Amount(one.minor, one.currency),
        ]
        for one in sums_of(rows)
    )]  # fmt: skip


def owner_lines(rows: Iterable[StatementRow]) -> list[list[object]]:
    """A heading, and a line for each owner and currency."""
    heading: list[object] = [_("Owner"), _("Currency"), *map(label, Age), _("Together")]
    return [heading, *(
        [
            person(one.owner), one.currency,
            *(Amount(minor, one.currency) for minor in one.ages.values()),
            Amount(one.minor, one.currency),
        ]
        for one in owner_sums(rows)
    )]  # fmt: skip


def row_lines(rows: Iterable[StatementRow]) -> list[list[object]]:
    """A heading, and a line for each receivable."""
    heading: list[object] = [
        _("Customer"), _("Asked of"), _("Invoice"), _("State"), _("Due on"), _("Currency"),
        _("Amount"), _("Paid"), *map(label, Age), _("Open"),
    ]  # fmt: skip
    return [heading, *(row_line(row) for row in rows)]


def row_line(row: StatementRow) -> list[object]:
    """One receivable."""
    one = row.receivable
    amounts = (one.amount_minor, one.paid_minor, *row.ages.values(), one.open_minor)
    return [
        one.account.name, one.contact.name, one.reference, label(one.state), one.due_on,
        one.currency, *(Amount(minor, one.currency) for minor in amounts),
    ]  # fmt: skip
