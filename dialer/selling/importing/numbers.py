"""Telephones of rows: read from cells, and found or made as rows of their own by the batch."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cells import CellError
from dialer.domain.phone import NumberError, NumberFacts
from dialer.domain.quick_phone import identify
from dialer.domain.telephones import check_spelling, split_numbers
from dialer.models import Installation, PhoneNumber
from dialer.models.numbers import zone_data_version
from dialer.selling.importing.inserting import as_json, insert_rows, reserve_ids
from dialer.selling.importing.kinds import Context
from dialer.selling.importing.rows import Line

COLUMN = "numbers"
COLUMNS = ("id", "e164", "number_hash", "kind", "region", "zones", "zone_data", "created_at")


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number of a row."""

    e164: str
    facts: NumberFacts


def read_cell_numbers(text: str, _context: Context) -> list[str]:
    """The single spellings in a cell, for `settle_numbers` to read."""
    return split_numbers(text)


def settle_numbers(line: Line, region: str) -> list[Telephone]:
    """The row's telephones in order, each once; what is none is noted, and refuses it if alone."""
    found: dict[str, Telephone] = {}
    for spelling in (one for cell in line.values.get(COLUMN, ()) for one in cell):
        try:
            check_spelling(spelling)
            e164, facts = identify(spelling, region)
            found[e164] = Telephone(e164, facts)
        except CellError as error:
            line.note(COLUMN, error.code, **error.params)
        except NumberError as error:
            line.note(COLUMN, f"number_{error.code}", text=spelling[:60])
    if not found and any(fault.column == COLUMN for fault in line.faults):
        refuse(line)
    return list(found.values())


def refuse(line: Line) -> None:
    """Leave the row out for faults that were noted already."""
    first = line.faults.pop()
    line.fail(first.column, first.code, **first.params)


def ensure_numbers(
    session: Session, telephones: Iterable[Telephone], now: datetime
) -> dict[str, int]:
    """The row's id of each number (by E.164), with one look-up for all; new ones are made."""
    known, made = find_or_make(session, telephones, now)
    return known | made


def find_or_make(
    session: Session, telephones: Iterable[Telephone], now: datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """The same, apart: numbers that were there before, and those that nobody can have yet."""
    wanted = {one.e164: one.facts for one in telephones}
    key = bytes.fromhex(session.execute(sa.select(Installation.number_key)).scalar_one())
    hashes = {hmac.digest(key, e164.encode(), "sha256").hex(): e164 for e164 in wanted}
    known = look_up(session, hashes)
    missing = {hash_: e164 for hash_, e164 in hashes.items() if e164 not in known}
    made = add_missing(session, missing, wanted, now)
    if len(made) < len(missing):  # somebody makes some of them just now
        return known | look_up(session, missing), {}
    return known, made


def add_missing(
    session: Session, missing: Mapping[str, str], facts: Mapping[str, NumberFacts], now: datetime
) -> dict[str, int]:
    """Make the rows of numbers that nobody has seen; nothing is returned if others were quicker."""
    data = zone_data_version()
    ids = reserve_ids(session, PhoneNumber, len(missing))
    rows = [
        (id_, e164, hash_, kind, region, zones_text(zones), data, now)
        for id_, (hash_, e164) in zip(ids, missing.items(), strict=True)
        for region, kind, zones in (facts[e164],)
    ]
    inserted = insert_rows(session, PhoneNumber, COLUMNS, rows, unless=True)
    return dict(zip(missing.values(), ids, strict=True)) if inserted == len(rows) else {}


@lru_cache
def zones_text(zones: tuple[str, ...]) -> str:
    """The zones as they stand in the table."""
    return as_json(list(zones))


def look_up(session: Session, hashes: Mapping[str, str]) -> dict[str, int]:
    """Ids by E.164; an erased number that comes again gets its digits back."""
    rows = session.execute(
        sa.select(PhoneNumber.id, PhoneNumber.number_hash, PhoneNumber.e164).where(
            PhoneNumber.number_hash.in_(hashes)
        )
    ).all()
    for id_, hash_, e164 in rows:
        if e164 is None:
            session.execute(
                sa.update(PhoneNumber).where(PhoneNumber.id == id_).values(e164=hashes[hash_])
            )
    return {hashes[hash_]: id_ for id_, hash_, _e164 in rows}
