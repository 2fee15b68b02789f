"""The kind `suppressions`: numbers that must not be called, or a country's whole do-not-call list.

A file only ever adds entries. What it does not name, or names no more, stays as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.cells import CellError, read_date, read_word
from dialer.domain.columns import Column
from dialer.domain.words import SuppressionReason
from dialer.models import AuditEntry, Import, Suppression
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.importing import headings, words
from dialer.selling.importing.auditing import AUDIT, audit_row
from dialer.selling.importing.inserting import insert_rows
from dialer.selling.importing.kinds import Context, Kind, Option, fixed
from dialer.selling.importing.numbers import COLUMN as NUMBERS
from dialer.selling.importing.numbers import ensure_numbers, read_cell_numbers, settle_numbers
from dialer.selling.importing.rows import Line, RowOutcome
from dialer.selling.lists import NewList, list_source, register_list

NOT_REGISTERED: Final = "list_not_registered"
ENTRY: Final = ("number_id", "reason", "source", "created_by_id", "created_at")


def read_reason(text: str, _context: Context) -> SuppressionReason:
    """Why the number must not be called."""
    reason: SuppressionReason = read_word(text, words.SUPPRESSIONS)
    return reason


def settle_suppression(line: Line, context: Context) -> None:
    """All numbers of the row."""
    line.values[NUMBERS] = settle_numbers(line, context.region)


def source_of(context: Context) -> str:
    """Where the entries come from: a country's list, or a file."""
    country = context.options.get("list")
    return list_source(country) if country else f"import {context.import_id}"


def write_suppressions(session: Session, context: Context, lines: Sequence[Line]) -> None:
    """Write those entries that do not stand already."""
    now, source = context.rt.now(), source_of(context)
    ids = ensure_numbers(session, (one for line in lines for one in line.values[NUMBERS]), now)
    standing = load_standing(session, context, ids.values())
    new: list[tuple[Any, ...]] = []
    for line in lines:
        reason = line.values.get("reason") or SuppressionReason(context.options["reason"])
        line.outcome = RowOutcome.SAME
        for telephone in line.values[NUMBERS]:
            key = (ids[telephone.e164], reason)
            if key not in standing:
                standing.add(key)
                line.outcome = RowOutcome.CREATED
                new.append((*key, source, context.actor_id, now))
    insert_rows(session, Suppression, ENTRY, new)
    audits = [
        audit_row(context, now, "suppress", "number", id_, reason=reason, source=source)
        for id_, reason, *_rest in new
    ]
    insert_rows(session, AuditEntry, AUDIT, audits)
    wake_clock(session)


def load_standing(
    session: Session, context: Context, ids: Sequence[int] | Any
) -> set[tuple[int, SuppressionReason]]:
    """Entries in force. A list's entries stand by themselves, beside what people asked for."""
    found = sa.select(Suppression.number_id, Suppression.reason).where(
        Suppression.number_id.in_(ids), Suppression.lifted_at.is_(None)
    )
    if context.options.get("list"):
        found = found.where(Suppression.source == source_of(context))
    return {(number_id, reason) for number_id, reason in session.execute(found)}


def register(context: Context, one: Import) -> str | None:
    """Tell the gate of which day a list is; a list with gaps is not one that it may trust."""
    country = context.options.get("list")
    if not country:
        return None
    if one.failed_count or one.partly_count or context.actor is None:
        return NOT_REGISTERED
    day = date.fromisoformat(context.options["as_of"])
    rows = one.created_count + one.changed_count + one.same_count
    register_list(context.rt, context.actor, NewList(country=country, as_of_on=day, numbers=rows))
    return None


def countries(rt: Runtime) -> list[str]:
    """The countries that are dialled, for each may have a list."""
    return sorted(rt.policy.dial.countries)


def read_day(rt: Runtime, text: str) -> str:
    """The day on which the list was drawn; none ahead."""
    day = read_date(text)
    if day > rt.now().date() + timedelta(days=1):
        raise CellError("ahead")
    return day.isoformat()


def check_list(options: Mapping[str, Any]) -> str | None:
    """A list is of a day."""
    return "as_of" if options.get("list") and not options.get("as_of") else None


SUPPRESSIONS: Final = Kind(
    name="suppressions",
    settle=settle_suppression,
    write=write_suppressions,
    finish=register,
    check=check_list,
    options=(
        Option(name="reason", choices=fixed(*SuppressionReason), default="opt_out"),
        Option(name="list", choices=countries, for_admins=True),
        Option(name="as_of", read=read_day, is_date=True, for_admins=True),
    ),
    columns=(
        Column(
            name=NUMBERS, read=read_cell_numbers, headings=headings.NUMBERS, many=True,
            is_required=True,
        ),
        Column(name="reason", read=read_reason, headings=headings.REASON),
    ),
)  # fmt: skip
