"""Bringing in a file as people do, without the page."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from openpyxl import Workbook

from dialer.models import Account, Import, ImportRow, User
from dialer.selling.importing.drafts import Correction, begin_import, correct_draft
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.start import start_import
from dialer.selling.importing.work import finish_import
from tests.world import World


def draft(
    world: World,
    kind: str,
    content: str | bytes,
    actor: User | None = None,
    columns: Mapping[int, str | None] | None = None,
    **options: str,
) -> int:
    data = content.encode() if isinstance(content, str) else content
    import_id = begin_import(world.rt, actor, KINDS[kind], io.BytesIO(data), "list.csv")
    correct_draft(world.rt, actor, import_id, Correction(columns=columns, options=options))
    return import_id


def bring(world: World, kind: str, content: str | bytes, **said: Any) -> Import:
    """The import after its last row."""
    import_id = draft(world, kind, content, **said)
    start_import(world.rt, said.get("actor"), import_id)
    *_, one = finish_import(world.rt, import_id)
    return one


def counts(one: Import) -> tuple[int, int, int, int, int]:
    """New, added to, known already, left out, in part."""
    return (
        one.created_count, one.changed_count, one.same_count, one.failed_count, one.partly_count,
    )  # fmt: skip


def faults(world: World, import_id: int) -> list[tuple[int, str, str]]:
    """Row, column and code of all that is wrong."""
    with world.sessions.read() as session:
        rows = session.scalars(
            sa.select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.row)
        )
        return [(row.row, fault["column"], fault["code"]) for row in rows for fault in row.faults]


def book(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook."""
    made = Workbook()
    for name, lines in {"Sheet": rows, **sheets}.items():
        sheet = made["Sheet"] if name == "Sheet" else made.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def customers(world: World) -> dict[str, list[tuple[str, list[str]]]]:
    """Each account's people and their numbers."""
    with world.sessions.read() as session:
        return {
            account.name: [
                (one.name, [str(number.e164) for number in one.numbers]) for one in account.contacts
            ]
            for account in session.scalars(sa.select(Account).order_by(Account.id))
        }


def user(world: World, user_id: int, **fields: Any) -> User:
    """A user, changed."""
    with world.sessions.write() as session:
        found = session.get_one(User, user_id)
        for name, value in fields.items():
            setattr(found, name, value)
        return found
