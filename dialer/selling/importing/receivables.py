"""The kind `receivables`: what customers owe, an invoice or one of its instalments in each row.

An account has each invoice once, and each of its instalments once. A row that comes again changes
nothing; one that says another amount or day is refused, for an invoice is not changed by a file.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy.orm import Session

from dialer.domain.cells import read_text, read_whole
from dialer.domain.columns import Column
from dialer.domain.money import ReceivableState
from dialer.models import Account, AuditEntry, Instalment, Receivable
from dialer.models.wake import wake_clock
from dialer.selling.importing import headings
from dialer.selling.importing.auditing import AUDIT, audit_row
from dialer.selling.importing.debts import Debt, Debts, find_contact, load_debts, may_bring
from dialer.selling.importing.inserting import insert_rows
from dialer.selling.importing.kinds import Context, Kind
from dialer.selling.importing.money_cells import (
    AMOUNT,
    CURRENCY,
    MINOR,
    currencies,
    read_cell_amount,
    read_cell_currency,
    read_cell_day,
    read_reference,
    settle_amount,
)
from dialer.selling.importing.rows import Line, RowOutcome
from dialer.selling.money import MOST_INSTALMENTS, MOST_MINOR

# Nothing is added to what a supervisor has to decide on, or has withdrawn.
CLOSED: Final = (ReceivableState.DISPUTED, ReceivableState.WITHDRAWN)


def read_account(text: str, _context: Context) -> str:
    """The name of the customer who owes."""
    return read_text(text, 200)


def read_person(text: str, _context: Context) -> str:
    """Whom it is asked of."""
    return read_text(text, 120)


@lru_cache
def whole_place(text: str) -> int:
    """From 1 on."""
    return read_whole(text, 1, MOST_INSTALMENTS)


def read_place(text: str, _context: Context) -> int:
    """Which instalment: `1`, `第2期`."""
    return whole_place(text)


def write_receivables(session: Session, context: Context, lines: Sequence[Line]) -> None:
    """Write what is new; each row finds its customer, the person there, and the invoice."""
    debts = load_debts(session, context.actor, lines)
    for line in lines:
        account = debts.account_of(line)
        if account is None or not may_bring(line, context.actor, account):
            continue
        known = debts.known.get((account.id, line.values["reference"]))
        if known is None:
            make_debt(line, context, debts, account)
        else:
            meet(line, known)
    save(session, context, debts)


def make_debt(line: Line, context: Context, debts: Debts, account: Account) -> None:
    """A new invoice."""
    contact = find_contact(line, debts.people.get(account.id, ()))
    if contact is None:
        return
    values = line.values
    row = Receivable(
        account_id=account.id, contact_id=contact.id, reference=values["reference"],
        amount_minor=values[MINOR], currency=values[CURRENCY], due_on=values["due_on"],
        created_at=context.rt.now(),
    )  # fmt: skip
    debt = Debt(row=row, line=line)
    if "instalment" in values:
        add_part(debt, line)
    debts.known[account.id, row.reference] = debt
    line.outcome = RowOutcome.CREATED


def add_part(debt: Debt, line: Line) -> None:
    """One more instalment, which is due on its own day."""
    values = line.values
    part = Instalment(
        position=values["instalment"] - 1, amount_minor=values[MINOR], due_on=values["due_on"]
    )
    debt.row.instalments.append(part)
    debt.parts[values["instalment"]] = part


def meet(line: Line, debt: Debt) -> None:
    """A row about an invoice that is known: the same again, one more instalment, or a mistake."""
    values, row = line.values, debt.row
    place = values.get("instalment")
    if values[CURRENCY] != row.currency or bool(debt.parts) != (place is not None):
        line.fail("reference", "differs", reference=row.reference)
    elif place is None or place in debt.parts:
        said: Receivable | Instalment = debt.parts[place] if place else row
        line.outcome = RowOutcome.SAME
        if (said.amount_minor, said.due_on) != (values[MINOR], values["due_on"]):
            line.fail("reference", "differs", reference=row.reference)
    elif row.state in CLOSED:
        line.fail("reference", "not_open", reference=row.reference)
    elif row.amount_minor + values[MINOR] > MOST_MINOR:
        line.fail(AMOUNT, "too_much")
    else:
        extend(line, debt)


def extend(line: Line, debt: Debt) -> None:
    """What is owed grows by an instalment that the file had not told yet."""
    row = debt.row
    add_part(debt, line)
    row.amount_minor += line.values[MINOR]
    row.due_on = max(row.due_on, line.values["due_on"])
    debt.reopen()
    line.outcome = RowOutcome.CHANGED


def save(session: Session, context: Context, debts: Debts) -> None:
    """Write what is new, and who brought it in; the clock looks at once whom to call about it."""
    fresh = [debt for debt in debts.known.values() if debt.line is not None]
    session.add_all(debt.row for debt in fresh)
    session.flush()
    at = context.rt.now()
    audits = [
        audit_row(context, at, "receivable.add", "receivable", debt.row.id, row=debt.line.row)
        for debt in fresh
        if debt.line is not None
    ]
    insert_rows(session, AuditEntry, AUDIT, audits)
    wake_clock(session)


RECEIVABLES: Final = Kind(
    name="receivables",
    settle=settle_amount,
    write=write_receivables,
    options=(currencies(),),
    columns=(
        Column(name="account", read=read_account, headings=headings.ACCOUNT, is_required=True),
        Column(name="contact", read=read_person, headings=headings.CONTACT),
        Column(
            name="reference", read=read_reference, headings=headings.REFERENCE, is_required=True
        ),
        Column(name=AMOUNT, read=read_cell_amount, headings=headings.AMOUNT, is_required=True),
        Column(name=CURRENCY, read=read_cell_currency, headings=headings.CURRENCY),
        Column(name="due_on", read=read_cell_day, headings=headings.DUE, is_required=True),
        Column(name="instalment", read=read_place, headings=headings.INSTALMENT),
    ),
)  # fmt: skip
