"""Planning an hour such as the closing hour, and the report after it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.planning import HeldBecause, Slot, Window
from dialer.domain.policy import PurposeRule
from dialer.domain.windows import show_time
from dialer.domain.words import Disposition, Outcome, Purpose, TaskState, UserRole
from dialer.models import AuditEntry, Call, CallTask, Contact, User
from dialer.models.planning import (
    calls_of,
    contacts_by_id,
    find_plan,
    people,
    plan_tasks,
    recent_plans,
    teams_of,
)
from dialer.selling.errors import BadValue, NotAllowed
from dialer.selling.plan import Draft, Wish, confirm_plan, plan_window, recall_verdict
from dialer.sentences import explain
from dialer.web.context import current_user, runtime
from dialer.web.language import page_language, page_zone
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _
from dialer.web.views import talked_seconds

pages = guard(Blueprint("planner", __name__))

PLANNERS = (UserRole.SUPERVISOR, UserRole.ADMIN)
BAR_WIDTH = 1000

HELD_WORDS: Mapping[HeldBecause, LazyString] = {
    HeldBecause.GATE: _l("The rules do not allow it in this window."),
    HeldBecause.NO_ROOM: _l("No free time of the rep fits."),
    HeldBecause.PROMISED_LATER: _l("A call is planned or promised for later."),
    HeldBecause.GIVEN_UP: _l("Class E gets no time."),
    HeldBecause.NO_REP: _l("The owner is not on this team's list of reps."),
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """A customer who is not in the plan, and why."""

    contact: Contact
    owner: User | None
    why: str


@dataclass(frozen=True, kw_only=True)
class RepReport:
    """What became of one rep's list."""

    rep: User | None
    planned: int
    done: int
    calls: int
    talked: int
    talk_seconds: int


@pages.get("/planner")
@roles(*PLANNERS)
def planner_page() -> ResponseReturnValue:
    """Choose purpose, day and hours; look at the plan before anything is written."""
    wish = read_wish(request.args)
    try:
        draft, error = plan_window(runtime(), current_user(), wish), ""
    except BadValue as wrong:
        draft, error = None, window_sentence(wrong)
    except NotAllowed:
        abort(404)
    with runtime().sessions.read() as session:
        plans, teams = recent_plans(session, current_user()), teams_of(session, current_user())
    return render_template(
        "planner/planner.html",
        wish=wish,
        draft=draft,
        error=error,
        held=held_rows(draft) if draft else (),
        bars=Bars(draft.plan.window) if draft else None,
        plans=plans,
        teams=teams,
        purposes=Purpose,
        zone=page_zone(),
    )


def window_sentence(error: BadValue) -> str:
    """What is wrong with the hours that were asked for."""
    if error.field == "on":
        return _("This window is over. Choose a later day or later hours.")
    return _("The window must end after it begins.")


def read_wish(given: Mapping[str, str]) -> Wish:
    """What the address or the form asks for; the purpose's own first window where it says none."""
    word, user = given.get("purpose", ""), current_user()
    purpose = Purpose(word) if word in list(Purpose) else Purpose.CLOSING
    on = read_day(given.get("on", ""))
    begins, ends = usual_window(runtime().policy.purposes[purpose], on)
    team = given.get("team", "")
    chosen = int(team) if team.isdecimal() and len(team) < 10 else None
    return Wish(
        team_id=chosen if user.role is UserRole.ADMIN else user.team_id,
        purpose=purpose,
        on=on,
        begins=read_time(given.get("begins", "")) or begins,
        ends=read_time(given.get("ends", "")) or ends,
        zone=str(page_zone()),
    )


def read_day(text: str) -> date:
    """A day, or the reader's today."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return runtime().now().astimezone(page_zone()).date()


def read_time(text: str) -> time | None:
    """A wall time such as 20:00, or none."""
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def usual_window(rule: PurposeRule, on: date) -> tuple[time, time]:
    """The purpose's last window of that weekday: 20:00-21:00 for closing."""
    hours = rule.week[on.weekday()] or rule.week[0]
    begins, ends = hours[-1]
    return time.fromisoformat(show_time(begins)), time.fromisoformat(show_time(min(ends, 1439)))


def held_rows(draft: Draft) -> list[Held]:
    """Those who are held back, by reason."""
    rows = [
        (list(HeldBecause).index(why), held_row(draft, id_, why))
        for id_, why in draft.plan.held.items()
    ]
    return [row for _place, row in sorted(rows, key=lambda pair: pair[0])]


def held_row(draft: Draft, contact_id: int, why: HeldBecause) -> Held:
    """One of them, with the gate's own sentence where it was the gate."""
    customer, verdict = draft.customers[contact_id], draft.verdicts.get(contact_id)
    return Held(
        contact=customer.contact,
        owner=draft.reps.get(customer.owner_id or 0),
        why=explain(verdict, page_language()) if verdict else str(HELD_WORDS[why]),
    )


@dataclass(frozen=True)
class Bars:
    """Where the calls of a window stand on a line of BAR_WIDTH."""

    window: Window

    def x(self, second: int) -> float:
        """The place of an instant."""
        length = self.window.end - self.window.start
        return round((second - self.window.start) * BAR_WIDTH / length, 1)

    def width(self, slot: Slot) -> float:
        """How long a slot is drawn, with a gap to the next, and not beyond the end."""
        return max(2.0, self.x(min(slot.end, self.window.end)) - self.x(slot.start) - 3)

    def quarters(self) -> list[tuple[float, datetime]]:
        """Where the window's quarters are."""
        step = (self.window.end - self.window.start) // 4
        seconds = (self.window.start + step * n for n in range(5))
        return [(self.x(second), self.at(second)) for second in seconds]

    def at(self, second: int) -> datetime:
        """The instant of a second."""
        return datetime.fromtimestamp(second, UTC)


@pages.post("/planner")
@roles(*PLANNERS)
def confirm() -> ResponseReturnValue:
    """Put the plan on the reps' lists."""
    wish = read_wish(request.form)
    try:
        entry_id = confirm_plan(runtime(), current_user(), wish)
    except BadValue as wrong:
        flash(window_sentence(wrong), "late")
        return redirect(url_for("planner.planner_page"))
    except NotAllowed:
        abort(404)
    flash(_("The plan stands on the reps' lists."), "talking")
    return redirect(url_for("planner.report_page", entry_id=entry_id))


@pages.get("/planner/<int:entry_id>")
@roles(*PLANNERS)
def report_page(entry_id: int) -> ResponseReturnValue:
    """What was planned, done and held back, and what came of it."""
    with runtime().sessions.read() as session:
        entry = find_plan(session, current_user(), entry_id)
        if entry is None:
            abort(404)
        tasks = plan_tasks(session, entry.detail["tasks"])
        calls = calls_of(session, [task.id for task in tasks])
        reps = people(session, {task.owner_id for task in tasks if task.owner_id})
        held = contacts_by_id(session, [int(id_) for id_ in entry.detail["held"]])
    return render_template(
        "planner/report.html",
        entry=entry,
        purpose=Purpose(entry.detail["purpose"]),
        reports=rep_reports(tasks, calls, reps),
        total=report_of(None, tasks, calls),
        tasks=tasks,
        states=TaskState,
        reps=reps,
        outcomes=count_words(calls),
        held=held_reasons(entry, held),
    )


def rep_reports(
    tasks: Sequence[CallTask], calls: Sequence[Call], reps: Mapping[int, User]
) -> list[RepReport]:
    """A line for each rep."""
    return [
        report_of(
            rep,
            [task for task in tasks if task.owner_id == rep.id],
            [call for call in calls if call.rep_id == rep.id],
        )
        for rep in reps.values()
    ]


def report_of(rep: User | None, tasks: Sequence[CallTask], calls: Sequence[Call]) -> RepReport:
    """What became of these tasks."""
    return RepReport(
        rep=rep,
        planned=len(tasks),
        done=sum(task.state is TaskState.DONE for task in tasks),
        calls=len(calls),
        talked=sum(call.outcome is Outcome.TALKED for call in calls),
        talk_seconds=sum(talked_seconds(call) for call in calls),
    )


def count_words(calls: Sequence[Call]) -> list[tuple[Disposition | Outcome, int]]:
    """How the calls ended, in the rep's word where there is one, the commonest first."""
    words = (call.disposition or call.outcome for call in calls)
    return Counter(word for word in words if word is not None).most_common()


def held_reasons(entry: AuditEntry, contacts: Mapping[int, Contact]) -> list[tuple[Contact, str]]:
    """Who was held back, and why."""
    return [
        (contacts[int(id_)], held_words(told))
        for id_, told in entry.detail["held"].items()
        if int(id_) in contacts
    ]


def held_words(told: Mapping[str, Any]) -> str:
    """One reason: the gate's own sentence, or ours."""
    if told["gate"]:
        return explain(recall_verdict(told["gate"]), page_language())
    return str(HELD_WORDS[HeldBecause(told["why"])])
