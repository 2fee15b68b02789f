"""Many rows at once: tuples, given to the driver as they are.

SQLAlchemy would look at every value of every row; here each distinct value of a column is made
ready once.
"""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import Base

Rows = Sequence[tuple[Any, ...]]


def as_json(value: Any) -> str:
    """For a column of JSON."""
    return json.dumps(value, ensure_ascii=False)


def reserve_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Ids for rows that this transaction will insert, and that nobody else will use.

    On SQLite a writing transaction is alone; PostgreSQL's sequence never gives a number twice.
    """
    name = table.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        last = session.execute(sa.text(f"SELECT max(id) FROM {name}")).scalar() or 0  # noqa: S608
        return list(range(last + 1, last + 1 + count))
    found = session.execute(
        sa.text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        ),
        {"name": name, "count": count},
    )
    return list(found.scalars())


def insert_rows(
    session: Session, table: type[Base], columns: Sequence[str], rows: Rows, *, unless: bool = False
) -> int:
    """Insert rows whose values stand in the order of `columns`; the others get their defaults.

    `unless`: leave out rows whose unique key is there already. Returns how many were inserted.
    """
    if not rows:
        return 0
    core, dialect = table.metadata.tables[table.__tablename__], session.get_bind().dialect
    defaults = defaults_of(core, columns)
    names = [*columns, *defaults]
    ready = [make_ready(core.c[name], dialect, values)
             for name, values in zip(columns, zip(*rows, strict=True), strict=True)]  # fmt: skip
    for name, value in defaults.items():
        ready.append(make_ready(core.c[name], dialect, [value] * len(rows)))
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    written = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    sql = f"INSERT INTO {core.name} ({written}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608
    if unless:
        sql += " ON CONFLICT DO NOTHING"
    done = session.connection().exec_driver_sql(sql, list(zip(*ready, strict=True)))
    return int(done.rowcount)


def defaults_of(core: sa.Table, given: Sequence[str]) -> dict[str, Any]:
    """What the model says for columns that the rows do not have."""
    found = {}
    for column in core.columns:
        default = column.default
        if column.name not in given and default is not None:
            value = getattr(default, "arg", None)
            found[column.name] = value(None) if callable(value) else value
    return found


def make_ready(column: sa.Column[Any], dialect: sa.Dialect, values: Sequence[Any]) -> Sequence[Any]:
    """The values as the driver takes them. What is JSON is given as a text already."""
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    if process is None or isinstance(column.type, sa.JSON):
        return values
    known = {value: process(value) for value in set(values)}
    return [known[value] for value in values]
