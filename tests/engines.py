"""Engines that outlive a test, for the statements they have compiled; connections do not.

An engine is lent to one test at a time and opens its connections to that test's database.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dialer.models.database import make_engine


@dataclass
class Kept:
    """An engine, and where it leads now."""

    engine: sa.Engine
    url: sa.URL

    def lead(self, dialect: sa.Dialect, _record: Any, args: list[Any], named: Any) -> None:
        """Just before a connection is opened: to the borrower's database."""
        new_args, new_named = dialect.create_connect_args(self.url)
        args[:] = new_args
        named.update(new_named)


FREE: dict[str, list[Kept]] = defaultdict(list)
LENT: dict[sa.Engine, Kept] = {}


def borrow_engine(url: str) -> sa.Engine:
    """An engine on a database; what is listened to on it is the borrower's alone."""
    target = sa.make_url(url)
    free = FREE[target.get_backend_name()]
    kept = free.pop() if free else keep(target)
    kept.url = target
    lent = kept.engine.execution_options()
    lent.url = target
    LENT[lent] = kept
    return lent


def keep(url: sa.URL) -> Kept:
    kept = Kept(make_engine(url.render_as_string(hide_password=False)), url)
    sa.event.listen(kept.engine, "do_connect", kept.lead)
    return kept


def give_back(lent: sa.Engine) -> None:
    """Its connections are closed; a borrower who still has it must not use it."""
    lent.dispose()
    kept = LENT.pop(lent, None)
    if kept is not None:
        FREE[kept.url.get_backend_name()].append(kept)
