"""Accounts, the people there, and their numbers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dialer.domain.words import (
    AccountClass,
    ContactRole,
    Language,
    SuppressionReason,
    Temperament,
)
from dialer.models.base import Base
from dialer.models.people import User


class Account(Base):
    """A customer company or household. Without an owner it stands in the public pool."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), index=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id"), index=True)
    account_class: Mapped[AccountClass] = mapped_column("class", default=AccountClass.C)
    stage: Mapped[int] = mapped_column(default=1)
    address_region: Mapped[str | None] = mapped_column(sa.String(16))
    # The MAN rule; None is not known yet.
    has_money: Mapped[bool | None]
    has_authority: Mapped[bool | None]
    has_need: Mapped[bool | None]
    created_at: Mapped[datetime]

    owner: Mapped[User | None] = relationship()
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="account", order_by="Contact.id"
    )


class PhoneNumber(Base):
    """One number, whoever has it. `number_hash` is keyed and outlives an erasure of `e164`."""

    __tablename__ = "phone_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    e164: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    number_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    region: Mapped[str] = mapped_column(sa.String(8))
    zones: Mapped[list[str]]
    zone_data: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class Contact(Base):
    """A person at an account. `confirmed_zone` replaces all guesses about whose time it is."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120), index=True)
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.DECISION_MAKER)
    language: Mapped[Language] = mapped_column(default=Language.ZH_CN)
    temperament: Mapped[Temperament | None]
    stated_zone: Mapped[str | None] = mapped_column(sa.String(64))
    confirmed_zone: Mapped[str | None] = mapped_column(sa.String(64))
    address_region: Mapped[str | None] = mapped_column(sa.String(16))
    consent: Mapped[dict[str, Any] | None]
    from_number: Mapped[str | None] = mapped_column(sa.String(20))
    created_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship(back_populates="contacts")
    numbers: Mapped[list[PhoneNumber]] = relationship(
        secondary="contact_numbers", order_by="ContactNumber.position"
    )
    links: Mapped[list["ContactNumber"]] = relationship(
        viewonly=True, order_by="ContactNumber.position"
    )


class ContactNumber(Base):
    """A contact's numbers in the order in which they are tried.

    `is_elsewhere`: the telephone is neither at the person's home nor their own mobile.
    """

    __tablename__ = "contact_numbers"

    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"), primary_key=True)
    number_id: Mapped[int] = mapped_column(
        sa.ForeignKey("phone_numbers.id"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    is_elsewhere: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Suppression(Base):
    """A number that must not be called, from the commit of this row until it is lifted."""

    __tablename__ = "suppressions"

    id: Mapped[int] = mapped_column(primary_key=True)
    number_id: Mapped[int] = mapped_column(sa.ForeignKey("phone_numbers.id"), index=True)
    reason: Mapped[SuppressionReason]
    source: Mapped[str] = mapped_column(sa.String(80))
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

    number: Mapped[PhoneNumber] = relationship()


def best_zone(contact: Contact | None, number: PhoneNumber) -> str:
    """The zone in which appointments are kept: confirmed, else stated, else the number's first.

    Only for dates and hours that people agree on; whether a call is allowed is the gate's.
    """
    known = (contact.confirmed_zone or contact.stated_zone) if contact else None
    return known or number.zones[0]
