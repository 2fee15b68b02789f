"""Tables and the queries that belong to them."""

from dialer.models.attempts import Attempt, AttemptTransition, StoredVerdict
from dialer.models.base import Base, UtcDateTime
from dialer.models.calls import Call, CallEvent, CallLeg, CallTask
from dialer.models.customers import Account, Contact, ContactNumber, PhoneNumber, Suppression
from dialer.models.machinery import DutyRun, Installation, Pace, ProcessLease, Switch
from dialer.models.money import Promise, Receivable
from dialer.models.people import (
    ApiToken,
    AuditEntry,
    IdempotencyKey,
    LoginThrottle,
    Team,
    User,
    UserSession,
)

__all__ = [
    "Account",
    "ApiToken",
    "Attempt",
    "AttemptTransition",
    "AuditEntry",
    "Base",
    "Call",
    "CallEvent",
    "CallLeg",
    "CallTask",
    "Contact",
    "ContactNumber",
    "DutyRun",
    "IdempotencyKey",
    "Installation",
    "LoginThrottle",
    "Pace",
    "PhoneNumber",
    "ProcessLease",
    "Promise",
    "Receivable",
    "StoredVerdict",
    "Suppression",
    "Switch",
    "Team",
    "User",
    "UserSession",
    "UtcDateTime",
]
