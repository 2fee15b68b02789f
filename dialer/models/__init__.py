"""Tables and the queries that belong to them."""

from dialer.models.attempts import Attempt, AttemptTransition, StoredVerdict
from dialer.models.base import Base, UtcDateTime
from dialer.models.browser_phones import BrowserPhone
from dialer.models.calls import Call, CallEvent, CallLeg, CallTask
from dialer.models.credit import CreditLine, CreditMark, Deal
from dialer.models.customers import Account, Contact, ContactNumber, PhoneNumber, Suppression
from dialer.models.gate_facts import ClosedHours, DncList
from dialer.models.imports import Import, ImportPart, ImportRow
from dialer.models.incidents import AttemptDecision, CarrierAudit, Incident
from dialer.models.letters import EmailAddress, Letter
from dialer.models.machinery import DutyRun, Installation, Pace, ProcessLease, Pulse, Switch
from dialer.models.money import Allocation, Instalment, Payment, Promise, Receivable
from dialer.models.people import (
    ApiToken,
    AuditEntry,
    IdempotencyKey,
    LoginThrottle,
    PasswordLink,
    RecoveryCode,
    Team,
    User,
    UserSession,
)

__all__ = [
    "Account",
    "Allocation",
    "ApiToken",
    "Attempt",
    "AttemptDecision",
    "AttemptTransition",
    "AuditEntry",
    "Base",
    "BrowserPhone",
    "Call",
    "CallEvent",
    "CallLeg",
    "CallTask",
    "CarrierAudit",
    "ClosedHours",
    "Contact",
    "ContactNumber",
    "CreditLine",
    "CreditMark",
    "Deal",
    "DncList",
    "DutyRun",
    "EmailAddress",
    "IdempotencyKey",
    "Import",
    "ImportPart",
    "ImportRow",
    "Incident",
    "Installation",
    "Instalment",
    "Letter",
    "LoginThrottle",
    "Pace",
    "PasswordLink",
    "Payment",
    "PhoneNumber",
    "ProcessLease",
    "Promise",
    "Pulse",
    "Receivable",
    "RecoveryCode",
    "StoredVerdict",
    "Suppression",
    "Switch",
    "Team",
    "User",
    "UserSession",
    "UtcDateTime",
]
