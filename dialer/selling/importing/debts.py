"""What the database knows of a batch's customers and what they owe, in a few look-ups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from dialer.domain.money import ReceivableState
from dialer.domain.words import ContactRole
from dialer.models import Account, Contact, Instalment, Receivable, User
from dialer.models.visibility import may_edit_account, sees_account
from dialer.selling.importing.rows import Line

Key = TypeVar("Key")
Value = TypeVar("Value")
# Whom money is asked of where the file names nobody.
ASKED_FIRST = (ContactRole.PAYER, ContactRole.DECISION_MAKER, ContactRole.ALLY)


@dataclass(slots=True)
class Debt:
    """An invoice with its instalments by number; `line` is the row that brought a new one."""

    row: Receivable
    line: Line | None = None
    parts: dict[int, Instalment] = field(default_factory=dict)

    def reopen(self) -> None:
        """Something is open again on what was paid."""
        self.row.looks_at = None
        if self.row.state is ReceivableState.PAID:
            self.row.state = ReceivableState.OPEN


@dataclass(slots=True)
class Debts:
    """Accounts by name, their people, and what is known or new of their debts."""

    accounts: Mapping[str, Sequence[Account]]
    people: Mapping[int, Sequence[Contact]]
    known: dict[tuple[int, str], Debt]

    def account_of(self, line: Line) -> Account | None:
        """The one customer of that name; else what is wrong is noted."""
        found = self.accounts.get(line.values["account"], ())
        if len(found) == 1:
            return found[0]
        line.fail("account", "several_accounts" if found else "unknown_account")
        return None


def load_debts(session: Session, actor: User | None, lines: Sequence[Line]) -> Debts:
    """All that rows with these customers and invoices could mean."""
    names = {line.values["account"] for line in lines}
    seen = sees_account(actor) if actor else sa.true()
    accounts = session.scalars(
        sa.select(Account).where(Account.name.in_(names), seen).order_by(Account.id)
    ).all()
    ids = [account.id for account in accounts]
    people = session.scalars(
        sa.select(Contact).where(Contact.account_id.in_(ids)).order_by(Contact.id)
    ).all()
    rows = session.scalars(
        sa.select(Receivable)
        .where(
            Receivable.account_id.in_(ids),
            Receivable.reference.in_({line.values["reference"] for line in lines}),
        )
        .options(selectinload(Receivable.instalments))
        .with_for_update(of=Receivable)
    ).all()
    return Debts(
        accounts=grouped((account.name, account) for account in accounts),
        people=grouped((one.account_id or 0, one) for one in people),
        known={
            (row.account_id, row.reference): Debt(
                row=row, parts={part.position + 1: part for part in row.instalments}
            )
            for row in rows
        },
    )


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Values by key, in their order."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def may_bring(line: Line, actor: User | None, account: Account) -> bool:
    """Whether the actor may write about this customer."""
    if actor is None or may_edit_account(actor, account):
        return True
    line.fail("account", "not_yours")
    return False


def find_contact(line: Line, people: Sequence[Contact]) -> Contact | None:
    """Whom the row names, else who pays there; if there is nobody, that is noted."""
    name = line.values.get("contact")
    if name is not None:
        found = next((one for one in people if one.name == name), None)
        if found is None:
            line.fail("contact", "unknown_contact", name=name)
        return found
    if not people:
        line.fail("account", "nobody_there")
        return None
    return min(people, key=lambda one: (ASKED_FIRST.index(one.role), one.id))
