"""Consents in a customers' file: added, with day and proof, to people of whom none is known.

No file replaces a consent or takes one away, and none brings back what somebody has withdrawn
since the day on which the file says that it was given.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cells import CellError, read_date, read_text, read_word
from dialer.models import AuditEntry, Contact
from dialer.selling.importing.auditing import audit_row
from dialer.selling.importing.kinds import Context
from dialer.selling.importing.known import Person
from dialer.selling.importing.rows import Line
from dialer.selling.importing.words import BASES, COVERS

COLUMN: Final = "consent"
PARTS: Final = ("consent_covers", "consent_on", "consent_proof")
LONGEST_PROOF: Final = 200
# What is not said of machines does not cover them.
BY_PEOPLE: Final = "rep"


def read_basis(text: str, _context: Context) -> str:
    """What it rests on; empty where the cell says that there is none."""
    return str(read_word(text, BASES))


def read_covers(text: str, _context: Context) -> str:
    """Calls by people, by machines, or both."""
    return str(read_word(text, COVERS))


def read_given_on(text: str, context: Context) -> date:
    """The day on which it was given."""
    day = read_date(text)
    if day > context.today:
        raise CellError("ahead")
    return day


def read_proof(text: str, _context: Context) -> str:
    """Where it can be seen or heard: a form, a recording, a contract's number."""
    return read_text(text, LONGEST_PROOF)


def settle_consent(line: Line) -> None:
    """Make one consent of the four cells; without day and proof the row comes in without it."""
    covers, given_on, proof = (line.values.pop(part, None) for part in PARTS)
    basis = line.values.pop(COLUMN, "")
    if not basis:
        return
    if given_on is None or proof is None:
        if not any(map(line.has_fault, PARTS)):
            line.note(COLUMN, "consent_unproven")
        return
    line.values[COLUMN] = {
        "basis": basis, "covers": covers or BY_PEOPLE, "given_on": str(given_on), "proof": proof,
    }  # fmt: skip


def add_consent(line: Line, person: Person, withdrawn: Mapping[int, date]) -> bool:
    """Give a person the row's consent if they have none; whether that changed anything."""
    told = line.values.get(COLUMN)
    if told is None or person.consent is not None:
        return False
    ended_on = withdrawn.get(person.id) if person.id is not None else None
    if ended_on is not None and told["given_on"] <= str(ended_on):
        line.note(COLUMN, "consent_withdrawn", day=str(ended_on))
        return False
    person.consent = told
    return True


def find_withdrawn(session: Session, contact_ids: Collection[int]) -> dict[int, date]:
    """On which day people last lost a consent that they had, by contact."""
    found: dict[int, date] = {}
    rows = session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.at, AuditEntry.detail).where(
            AuditEntry.action == "contact.change", AuditEntry.subject_id.in_(contact_ids)
        )
    )
    for contact_id, at, detail in rows:
        if detail.get("was", {}).get(COLUMN):
            found[contact_id] = max(at.date(), found.get(contact_id, at.date()))
    return found


def save_consents(session: Session, people: Sequence[Person]) -> None:
    """Write the consents that were added; the contacts are there."""
    core = Contact.metadata.tables[Contact.__tablename__]
    statement = sa.update(core).where(core.c.id == sa.bindparam("key"))
    if people:
        session.connection().execute(
            statement.values(consent=sa.bindparam("told", type_=core.c.consent.type)),
            [{"key": person.id, "told": person.consent} for person in people],
        )


def consent_entries(context: Context, given: Sequence[tuple[Line, Person]]) -> list[Any]:
    """Who brought in whose consent, for the log."""
    at = context.rt.now()
    return [
        audit_row(context, at, "contact.consent", "contact", person.id, row=line.row)
        for line, person in given
    ]
