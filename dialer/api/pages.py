"""Lists by cursor: rows in the order of their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.api.shapes import PageQuery

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin."""

    rows: Sequence[Row]
    next_cursor: int | None


def fetch_page(session: Session, query: Any, key: Any, wanted: PageQuery) -> Page[Any]:
    """The rows of a query whose `key` (the table's id) comes after the cursor."""
    # A cursor may be larger than the narrow ids of most tables, and then no row comes after it.
    after = sa.literal(wanted.cursor or 0, sa.BigInteger())
    found = session.scalars(query.where(key > after).order_by(key).limit(wanted.limit + 1)).all()
    rows = found[: wanted.limit]
    return Page(rows=rows, next_cursor=rows[-1].id if len(found) > wanted.limit else None)
