"""Browsers that are phones: at most one tab of each user, known by its signs of life."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from dialer.domain.words import AttemptState, PhoneMode
from dialer.models.attempts import Attempt
from dialer.models.base import Base
from dialer.models.calls import Call, CallLeg
from dialer.models.people import User, UserSession

# A tab says every 20 s that it is there; a browser lets a hidden tab speak once a minute.
FRESH = timedelta(seconds=90)
SENT = (AttemptState.DIALING, AttemptState.UNKNOWN, AttemptState.LIVE)


class BrowserPhone(Base):
    """The tab that is a user's phone; `is_ready` while it can ring and has a microphone."""

    __tablename__ = "browser_phones"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    session_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("sessions.id", ondelete="SET NULL")
    )
    tab: Mapped[str] = mapped_column(sa.String(64))
    is_ready: Mapped[bool]
    claimed_at: Mapped[datetime]
    seen_at: Mapped[datetime]


def client_of(user_id: int) -> str:
    """The name under which the carrier knows a user's browser."""
    return f"user_{user_id}"


def client_address(user_id: int) -> str:
    """What is rung for a user's browser."""
    return f"client:{client_of(user_id)}"


def addresses_of(user: User) -> tuple[str, ...]:
    """Everything by which a user may have been rung."""
    return (client_address(user.id), *([user.phone] if user.phone else []))


def address_of(session: Session, user: User, now: datetime) -> str | None:
    """What to ring for a user now; None where nothing would ring."""
    if user.phone_mode is PhoneMode.TELEPHONE:
        return user.phone
    if has_browser(session, user.id, now):
        return client_address(user.id)
    return None if user.phone_mode is PhoneMode.BROWSER else user.phone


def has_browser(session: Session, user_id: int, now: datetime) -> bool:
    """Whether a tab of a session that still lasts says that it is the user's phone."""
    return session.execute(
        sa.select(
            sa.exists().where(
                BrowserPhone.user_id == user_id,
                BrowserPhone.is_ready,
                BrowserPhone.seen_at > now - FRESH,
                UserSession.id == BrowserPhone.session_id,
                UserSession.revoked_at.is_(None),
            )
        )
    ).scalar_one()


def may_be_rung() -> sa.ColumnElement[bool]:
    """Users who have a telephone, or once used a browser as one, as a condition on `User`."""
    browser = sa.exists().where(BrowserPhone.user_id == User.id)
    return sa.or_(
        sa.and_(User.phone.is_not(None), User.phone_mode != PhoneMode.BROWSER),
        sa.and_(browser, User.phone_mode != PhoneMode.TELEPHONE),
    )


def current_leg(session: Session, user_id: int) -> Attempt | None:
    """The latest leg that was sent to the browser and is not over."""
    return session.execute(
        sa.select(Attempt)
        .join(Call, Call.id == Attempt.call_id)
        .outerjoin(CallLeg, CallLeg.id == Attempt.id)
        .where(
            Attempt.address == client_address(user_id),
            Attempt.state.in_(SENT),
            Call.ended_at.is_(None),
            CallLeg.ended_at.is_(None),
        )
        .order_by(Attempt.id.desc())
        .limit(1)
    ).scalar_one_or_none()
