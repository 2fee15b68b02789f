"""The calls about money that a day would see, and those held back, before any of it happens."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from dialer.domain.words import Mode, UserRole
from dialer.models import Account, Receivable
from dialer.selling.dunning import HeldBack, PlannedCall, preview_dunning
from dialer.sentences import explain
from dialer.web.context import current_user, runtime
from dialer.web.language import page_language
from dialer.web.money_forms import page_today
from dialer.web.security import guard, roles
from dialer.web.steps import step_words
from dialer.web.words import label

pages = guard(Blueprint("dunning", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)
MOST_SHOWN = 300
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A call that is planned or held back, with its receivable."""

    one: PlannedCall | HeldBack
    owed: Receivable
    why: str = ""


@pages.get("/money/plan")
@roles(*BOSSES)
def plan_page() -> ResponseReturnValue:
    """A day's plan by what is known now; nothing is written."""
    on = read_on(request.args.get("on", ""))
    plan = preview_dunning(runtime(), current_user(), on)
    reasons = Counter(why(held) for held in plan.held)
    return render_template(
        "money/plan.html",
        on=on,
        today=page_today(),
        plan=plan,
        by_mode=Counter(call.mode for call in plan.calls),
        modes=Mode,
        reasons=reasons.most_common(),
        calls=show(plan.calls[:MOST_SHOWN]),
        held=show(plan.held[:MOST_SHOWN]),
        most=MOST_SHOWN,
        step_words=step_words,
    )


def read_on(text: str) -> date:
    """The day that is asked about; today where the address says none that can be."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return page_today()
    return on if FIRST_DAY <= on < LAST_DAY else page_today()


def why(held: HeldBack) -> str:
    """What holds a call back: the gate's own sentence where it was the gate."""
    if held.verdict is not None:
        return explain(held.verdict, page_language())
    return label(held.why)


def show(rows: Iterable[PlannedCall | HeldBack]) -> list[Shown]:
    """The rows with what they are about."""
    found = list(rows)
    owed = load_owed([row.receivable_id for row in found])
    return [
        Shown(
            one=row,
            owed=owed[row.receivable_id],
            why=why(row) if isinstance(row, HeldBack) else "",
        )
        for row in found
        if row.receivable_id in owed
    ]


def load_owed(ids: list[int]) -> dict[int, Receivable]:
    """Receivables by id, with the people around them."""
    with runtime().sessions.read() as session:
        rows = session.scalars(
            sa.select(Receivable)
            .where(Receivable.id.in_(ids))
            .options(
                joinedload(Receivable.account).joinedload(Account.owner),
                joinedload(Receivable.contact),
            )
        )
        return {row.id: row for row in rows}
