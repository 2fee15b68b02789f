"""Switches that people or breakers throw."""

from datetime import datetime

from sqlalchemy.orm import Session

from dialer.models.machinery import Switch

HOLD = "hold"


def is_on(session: Session, name: str) -> bool:
    """Whether a switch is on; one that was never thrown is off."""
    switch = session.get(Switch, name, populate_existing=True)
    return switch is not None and switch.is_on


def throw(
    session: Session,
    name: str,
    *,
    on: bool,
    at: datetime,
    reason: str = "",
    user_id: int | None = None,
) -> None:
    """Throw a switch."""
    session.merge(Switch(name=name, is_on=on, reason=reason, changed_at=at, changed_by_id=user_id))
