"""Instants that we set ourselves, read with the doubt that a clock had been wrong then."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

# No pause of ours between two looks is longer; an instant beyond was written by a wrong clock.
FAR = timedelta(minutes=15)


def is_due(column: sa.orm.Mapped[datetime] | sa.orm.Mapped[datetime | None], now: datetime) -> Any:
    """Whether a look that was planned is due, as a condition."""
    return sa.or_(column <= now, column > now + FAR)


def is_before(
    column: sa.orm.Mapped[datetime] | sa.orm.Mapped[datetime | None], at: datetime, now: datetime
) -> Any:
    """Whether something happened before an instant, as a condition; nothing happens after now."""
    return sa.or_(column < at, column > now + FAR)
