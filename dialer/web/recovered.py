"""Reports on money: what came in by day, owner and step, beside what the calls about it cost."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dialer.domain.words import UserRole
from dialer.models import User
from dialer.models.recovered import (
    BESIDE,
    Expense,
    Income,
    Line,
    Period,
    count_reasons,
    lines_by,
    load_expenses,
    load_income,
    words_said,
)
from dialer.web.context import current_user, runtime
from dialer.web.language import page_zone
from dialer.web.money_forms import page_today
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _
from dialer.web.steps import step_words
from dialer.web.views import person

pages = guard(Blueprint("recovered", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)
USUAL_DAYS = 30
MOST_DAYS = 366
FIRST_DAY = date(2000, 1, 1)


@pages.get("/money/reports")
@roles(*BOSSES)
def report_page() -> ResponseReturnValue:
    """A period's money and calls."""
    user, period = current_user(), read_period()
    with runtime().sessions.read() as session:
        incomes = load_income(session, user, period)
        expenses = load_expenses(session, user, period)
        said = words_said(session, user, period)
        owners = {one.owner_id for one in incomes} | {one.owner_id for one in expenses}
        names = {id_: person(session.get(User, id_)) for id_ in owners if id_}
    by_owner = lines_by(incomes, expenses, lambda one: one.owner_id)
    return render_template(
        "money/report.html",
        period=period,
        whole=lines_by(incomes, expenses, lambda _one: None),
        days=sorted(lines_by(incomes, expenses, day_of), key=lambda one: one.key, reverse=True),
        tops=highest(lines_by(incomes, expenses, day_of)),
        owners=sorted(by_owner, key=lambda one: names.get(one.key, "")),
        names=names,
        steps=sorted(lines_by(incomes, expenses, lambda one: one.step), key=step_place),
        step_name=step_name,
        reasons=count_reasons(expenses),
        said=said,
    )


def read_period() -> Period:
    """The days that the address names, at most a year; else the last thirty."""
    until = read_day(request.args.get("until", "")) or page_today()
    since = read_day(request.args.get("since", "")) or until - timedelta(days=USUAL_DAYS - 1)
    since = max(min(since, until), until - timedelta(days=MOST_DAYS))
    return Period(since=since, until=until, zone=page_zone())


def read_day(text: str) -> date | None:
    """A day that a calendar has on both sides, or none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY + timedelta(days=MOST_DAYS) <= day < date(2100, 1, 1) else None


def day_of(one: Income | Expense) -> date:
    """On which day the money counts, or the call was placed."""
    return one.paid_on if isinstance(one, Income) else one.on


def highest(days: Sequence[Line]) -> Mapping[str, int]:
    """The best day of each currency, which the bars are measured by."""
    tops: dict[str, int] = {}
    for line in days:
        for currency, minor in line.recovered.items():
            tops[currency] = max(tops.get(currency, 0), minor)
    return tops


def step_place(line: Line) -> tuple[int, int]:
    """In the order of the ladder; calls beside it and money without a call come last."""
    if line.key is None:
        return 2, 0
    step = runtime().cadence.step(line.key)
    return (0, step.days) if step is not None else (1, 0)


def step_name(key: str | None) -> str:
    """A step; money that came without any call has none."""
    if key is None:
        return _("Without a call")
    return step_words(key) if key != BESIDE else _("By other calls about it")
