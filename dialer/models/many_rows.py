"""Writing many rows in one statement, whatever their number.

PostgreSQL gets each table's as one JSON document and all tables at once, so that there is one way
to go and the statement stays prepared; SQLite, which is in this process, gets row after row.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Rows:
    """Where a statement finds its values: `columns` says which column's type each has."""

    table: sa.Table
    columns: Mapping[str, str]

    @cached_property
    def from_json(self) -> Any:
        """A table in the document."""
        columns = [sa.column(n, self.table.c[name].type) for n, name in self.columns.items()]
        document = sa.cast(sa.bindparam(self.table.name, type_=sa.Text), sa.JSON)
        found = sa.func.json_to_recordset(document).table_valued(*columns, name="rows")
        return found.render_derived(with_types=True)

    def on_postgresql(self) -> dict[str, Any]:
        """The columns of the document."""
        return {name: self.from_json.c[name] for name in self.columns}

    def on_sqlite(self) -> dict[str, Any]:
        """A parameter each; a bare name is taken for the column's own."""
        return {
            name: sa.bindparam(f"of_{name}", type_=self.table.c[column].type)
            for name, column in self.columns.items()
        }


@dataclass(frozen=True)
class Writing:
    """One way to write rows of a table, as each database does it best.

    One `by_ids` is told PostgreSQL's planner the ids too, for how many rows a document has it only
    guesses, and would read a whole table for them.
    """

    table: sa.Table
    postgresql: Any
    sqlite: Any
    by_ids: bool = False

    @classmethod
    def insert(cls, table: sa.Table, names: Sequence[str]) -> "Writing":
        """New rows."""
        rows = Rows(table, {name: name for name in names})
        found, given = rows.on_postgresql(), rows.on_sqlite()
        chosen = sa.select(*found.values())
        return cls(
            table,
            postgresql.insert(table).from_select(list(names), chosen, include_defaults=False),
            sqlite.insert(table).values(given),
        )

    @classmethod
    def insert_new(
        cls, table: sa.Table, names: Sequence[str], key: str, tells: Sequence[str]
    ) -> "Writing":
        """New rows; gives some columns of those that were not there already."""
        plain = cls.insert(table, names)

        def careful(insert: Any) -> Any:
            told = [table.c[name] for name in tells]
            return insert.on_conflict_do_nothing(index_elements=[key]).returning(*told)

        return cls(table, careful(plain.postgresql), careful(plain.sqlite))

    @classmethod
    def upsert(cls, table: sa.Table, names: Sequence[str], key: str = "id") -> "Writing":
        """Rows that are there or not; one that is as it should be is left alone."""
        plain = cls.insert(table, names)

        def changing(insert: Any) -> Any:
            new = {name: insert.excluded[name] for name in names if name != key}
            where = differs(table, new)
            return insert.on_conflict_do_update(index_elements=[key], set_=new, where=where)

        return cls(table, changing(plain.postgresql), changing(plain.sqlite))

    @classmethod
    def update(
        cls, table: sa.Table, names: Sequence[str], seen: Mapping[str, str] = NOTHING
    ) -> "Writing":
        """Rows by their id that are not as they should be. `seen`: what must be there still."""
        rows = Rows(table, {"id": "id", **{name: name for name in names}, **seen})

        def changing(source: dict[str, Any]) -> Any:
            same = [table.c[column] == source[name] for name, column in seen.items()]
            new = {name: source[name] for name in names}
            where = (table.c.id == source["id"], *same, differs(table, new))
            return sa.update(table).where(*where).values(new)

        ids = sa.bindparam(ids_of(table), type_=postgresql.ARRAY(sa.BigInteger))
        found = changing(rows.on_postgresql()).where(table.c.id == sa.any_(ids))
        return cls(table, found, changing(rows.on_sqlite()), by_ids=True)


def ids_of(table: sa.Table) -> str:
    """The parameter with the ids of a table's rows."""
    return f"{table.name}_ids"


def differs(table: sa.Table, new: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Whether any column is not as it should be."""
    return sa.or_(*(table.c[name].is_distinct_from(value) for name, value in new.items()))


def at_once(*writings: Writing) -> sa.Select[int]:
    """All of them as one statement of PostgreSQL's; it counts what the first one wrote."""
    parts = [writing.postgresql for writing in writings]
    first = parts[0].returning(sa.literal(1).label("one")).cte("first")
    others = [part.cte(f"part_{n}") for n, part in enumerate(parts[1:])]
    return sa.select(sa.func.count()).select_from(first).add_cte(*others)


def documents(*many: tuple[Writing, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The rows of each writing, as PostgreSQL gets them."""
    texts = {writing.table.name: as_json(rows) for writing, rows in many}
    ids = {ids_of(w.table): [row["id"] for row in rows] for w, rows in many if w.by_ids}
    return {**texts, **ids}


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a document; instants as ISO 8601."""
    return json.dumps(rows, default=str, ensure_ascii=False)


def one_by_one(
    connection: sa.Connection, writing: Writing, rows: Sequence[Mapping[str, Any]]
) -> sa.CursorResult[Any] | None:
    """Write them on SQLite; nothing is asked where there are none."""
    given = [{f"of_{name}": value for name, value in row.items()} for row in rows]
    return connection.execute(writing.sqlite, given) if given else None
