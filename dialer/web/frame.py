"""What stands around every page: the ways to the rooms, a live call left behind, the hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import current_app, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from dialer.domain.words import UserRole
from dialer.models.calls import Call
from dialer.models.desk import live_call
from dialer.models.incoming import count_waiting
from dialer.models.statements import count_disputes
from dialer.models.switches import is_stopped
from dialer.models.uncertain import count_uncertain
from dialer.web.context import current_user, runtime

EVERYONE = frozenset(UserRole)
BOSSES = frozenset({UserRole.SUPERVISOR, UserRole.ADMIN})
ADMINS = frozenset({UserRole.ADMIN})


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to a room. Those without a group stand on the bar, where a phone has place for four
    of them; the others stand in the menu. `rooms` are the blueprints that are shown as this one.
    """

    to: str
    name: LazyString
    icon: str
    rooms: tuple[str, ...]
    roles: frozenset[UserRole] = EVERYONE
    group: LazyString | None = None
    fits_phone: bool = True

    @property
    def is_here(self) -> bool:
        """Whether the page that is asked for belongs to it."""
        return request.blueprint in self.rooms


WORK, MONEY, RULES, SYSTEM = _l("Work"), _l("Money"), _l("Rules"), _l("System")

# A new page is one line here. A way whose page is not installed is not shown.
WAYS = (
    Way(to="board.board_page", name=_l("Floor"), icon="floor", rooms=("board",), roles=BOSSES),
    Way(to="desk.desk_page", name=_l("Desk"), icon="desk", rooms=("desk",)),
    Way(to="accounts.account_list", name=_l("Accounts"), icon="people", rooms=("accounts",)),
    Way(to="tasks.task_list", name=_l("Tasks"), icon="calendar", rooms=("tasks",),
        fits_phone=False),
    Way(to="calls.call_list", name=_l("Calls"), icon="list", rooms=("calls",)),
    Way(to="planner.planner_page", name=_l("Planner"), icon="clock", rooms=("planner",),
        roles=BOSSES, group=WORK),
    Way(to="uncertain.uncertain_page", name=_l("Uncertain"), icon="help", rooms=("uncertain",),
        roles=BOSSES, group=WORK),
    Way(to="imports.import_list", name=_l("Import"), icon="import", rooms=("imports",),
        roles=BOSSES, group=WORK),
    Way(to="statement.statement_page", name=_l("Receivables"), icon="money", rooms=("statement",),
        group=MONEY),
    Way(to="payments.payment_list", name=_l("Payments"), icon="check", rooms=("payments",),
        group=MONEY),
    Way(to="promises.promise_list", name=_l("Promises"), icon="calendar", rooms=("promises",),
        group=MONEY),
    Way(to="disputes.dispute_list", name=_l("Disputes"), icon="help", rooms=("disputes",),
        roles=BOSSES, group=MONEY),
    Way(to="dunning.plan_page", name=_l("Calls about money"), icon="phone",
        rooms=("dunning", "voice"), roles=BOSSES, group=MONEY),
    Way(to="recovered.report_page", name=_l("Reports"), icon="report", rooms=("recovered",),
        roles=BOSSES, group=MONEY),
    Way(to="rules.rules_page", name=_l("Rules"), icon="note", rooms=("rules",), group=RULES),
    Way(to="suppressions.suppression_list", name=_l("Do not call"), icon="ban",
        rooms=("suppressions",), group=RULES),
    Way(to="evidence.search_page", name=_l("Evidence"), icon="search", rooms=("evidence",),
        group=RULES),
    Way(to="unreachable.unreachable_page", name=_l("Unreachable contacts"), icon="phone-off",
        rooms=("unreachable",), group=RULES),
    Way(to="staff.people_list", name=_l("Staff"), icon="person", rooms=("staff",), roles=BOSSES,
        group=SYSTEM),
    Way(to="tokens.token_list", name=_l("Programs"), icon="plug", rooms=("tokens",), roles=ADMINS,
        group=SYSTEM),
    Way(to="audit.audit_list", name=_l("Audit log"), icon="list", rooms=("audit",), roles=BOSSES,
        group=SYSTEM),
    Way(to="duties.duty_list", name=_l("Duties"), icon="gear", rooms=("duties",), roles=BOSSES,
        group=SYSTEM),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FrameFacts:
    """The reader's live call, if there is one, whether no call may be placed, and the ways.

    `marks` say at which ways so many things wait for the reader.
    """

    call: Call | None
    on_hold: bool
    marks: Mapping[str, int]
    bar: tuple[Way, ...]
    groups: tuple[tuple[LazyString, tuple[Way, ...]], ...]


def frame_facts() -> FrameFacts:
    """Ask once per page."""
    ways = [way for way in WAYS if leads_somewhere(way)]
    menu = groupby((way for way in ways if way.group), key=lambda way: way.group)
    with runtime().sessions.read() as session:
        return FrameFacts(
            call=live_call(session, current_user().id),
            on_hold=is_stopped(session),
            marks=marks(session),
            bar=tuple(way for way in ways if not way.group),
            groups=tuple((group, tuple(rows)) for group, rows in menu if group is not None),
        )


def marks(session: Session) -> Mapping[str, int]:
    """What waits for a boss; a rep has nothing to decide."""
    user = current_user()
    if user.role not in BOSSES:
        return {}
    return {
        "uncertain.uncertain_page": count_uncertain(session, user),
        "payments.payment_list": count_waiting(session, user),
        "disputes.dispute_list": count_disputes(session, user),
    }


def leads_somewhere(way: Way) -> bool:
    """Whether there is such a page, for a reader of this role."""
    return way.to in current_app.view_functions and current_user().role in way.roles
