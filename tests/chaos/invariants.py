"""What must hold after every run, asked of the simulator's own witness and of the database.

Each check yields sentences about what is wrong; nothing here believes the product about what
happened at the telephones.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.domain.attempt import FINAL, STEPS
from dialer.domain.call import fold
from dialer.domain.clock import SKEW_SECONDS
from dialer.domain.words import AttemptState, LegRole, Mode, TaskState
from dialer.models import Attempt, Call, CallLeg, CallTask, Suppression
from dialer.models.attempts import AttemptTransition
from dialer.models.events import load_events
from dialer.models.incidents import Incident
from dialer.simulator.calls import Call as Line
from dialer.simulator.courier import Delivered
from dialer.simulator.witness import Ring
from tests.chaos.floor import Floor, Wish
from tests.chaos.processes import Sent
from tests.wire import Simulation

ZONE = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(9), time(20)
# A clock may be wrong by so much before nobody trusts it.
TOLERATED = timedelta(seconds=SKEW_SECONDS)
AT_ONCE = timedelta(minutes=1)
APOLOGIES = ("sorry", "抱歉")
TABLE = {(step.name, source, step.target) for step in STEPS for source in (step.sources or {None})}
OVER = (TaskState.DONE, TaskState.EXPIRED, TaskState.CANCELLED, TaskState.UNCERTAIN)


@dataclass(frozen=True)
class Evidence:
    """All that a run left behind: `suppressed` and `held` are true instants."""

    sim: Simulation
    floor: Floor
    session: Session
    sent: list[Sent]
    suppressed: dict[int, datetime]
    held: list[tuple[datetime, datetime]]

    @cached_property
    def lines(self) -> list[Line]:
        """The calls that the carrier was asked for and took."""
        doubled = self.sim.witness.doubled
        return [c for c in self.all_lines if c.sid not in doubled]

    @cached_property
    def all_lines(self) -> list[Line]:
        """With those that the carrier placed twice by a fault of its own."""
        return [c for c in self.sim.calls.values() if c.direction == "outbound-api"]

    @cached_property
    def attempts(self) -> list[Attempt]:
        return list(self.session.execute(sa.select(Attempt).order_by(Attempt.id)).scalars())

    @cached_property
    def by_token(self) -> dict[str, Attempt]:
        return {attempt.token: attempt for attempt in self.attempts}

    @cached_property
    def calls(self) -> list[Call]:
        return list(self.session.execute(sa.select(Call).order_by(Call.id)).scalars())

    @cached_property
    def wish_of(self) -> dict[str, list[Wish]]:
        """Wishes by number."""
        found: dict[str, list[Wish]] = defaultdict(list)
        for wish in self.floor.wishes:
            found[wish.number].append(wish)
        return found

    def rings_of(self, number: str) -> list[Ring]:
        return [ring for ring in self.sim.witness.rings if ring.number == number]

    def lines_to(self, number: str) -> list[Line]:
        return [line for line in self.lines if line.to == number]


def token_of(line: Line) -> str:
    """The token under which the carrier reports on a call."""
    return token_in(line.terms.status.url)


def token_in(url: str) -> str:
    return url.partition("#")[0].rsplit("/", 1)[1]


def rung_once(e: Evidence) -> Iterator[str]:
    """I1: an occurrence is one call at the carrier, whatever we believe of it."""
    tokens = Counter(token_of(line) for line in e.lines)
    yield from (f"I1 {n} calls under token {token}" for token, n in tokens.items() if n > 1)
    customers = [e.by_token[t] for t in tokens if t in e.by_token]
    occurrences = Counter(a.occurrence for a in customers if a.role is LegRole.CUSTOMER)
    yield from (f"I1 {n} calls for {name}" for name, n in occurrences.items() if n > 1)


def rung_once_at_the_telephone(e: Evidence) -> Iterator[str]:
    """I1, without a word of the database: who was wished for once is called once."""
    for number, wishes in e.wish_of.items():
        lines = e.lines_to(number)
        clicks = sum(wish.is_clicked for wish in wishes)
        if clicks == len(wishes) and len(lines) > clicks:
            yield f"I1 {number}: {len(lines)} calls for {clicks} clicks"
        if len(wishes) == 1 and clicks == 0:
            yield from rung_again(e, number, lines, is_machine=wishes[0].mode is Mode.MACHINE)


def rung_again(e: Evidence, number: str, lines: list[Line], *, is_machine: bool) -> Iterator[str]:
    """A planned call is tried again only where the call before it had surely come to nothing."""
    heard = (told for told in keys_answered(e) if not is_apology(told))
    pressed = {told.params.get("CallSid") for told in heard}
    for line, after in pairwise(lines):
        if line.sid in pressed or (not is_machine and was_talked_to(e, line)):
            yield f"I1 {number} was called again after it had been spoken to"
        if line.ended_at is None or after.created_at < line.ended_at:
            yield f"I1 {number} was called again while a call to it was alive"


def was_talked_to(e: Evidence, line: Line) -> bool:
    """Whether a person answered and stayed for more than a word."""
    return line.seconds > 3 and e.sim.phone(line.to).manner.voice == "human"


def every_call_is_known(e: Evidence) -> Iterator[str]:
    """I2: every call at the carrier is an attempt with its outcome, or a known orphan."""
    by_sid = {attempt.carrier_sid: attempt for attempt in e.attempts if attempt.carrier_sid}
    orphans = set(e.session.execute(sa.select(Incident.carrier_sid)).scalars())
    for line in e.all_lines:
        attempt = by_sid.get(line.sid)
        if attempt is None and line.sid not in orphans:
            owner = e.by_token.get(token_of(line))
            state = f"{owner.id} {owner.role} {owner.state}" if owner else "none"
            yield f"I2 nobody knows call {line.sid} to {line.to} ({line.status}), attempt {state}"
        elif attempt is not None:
            yield from outcome_differs(e, attempt, line)


def outcome_differs(e: Evidence, attempt: Attempt, line: Line) -> Iterator[str]:
    """What we say of a leg is what became of it."""
    leg = e.session.get(CallLeg, attempt.id)
    if attempt.state is not AttemptState.DONE or leg is None:
        yield f"I2 attempt {attempt.id} is {attempt.state}, but its call was {line.status}"
        return
    if str(leg.status).replace("_", "-") != line.status:
        yield f"I2 leg {leg.id} is logged as {leg.status}, but was {line.status}"
    if line.answered_at is not None and abs(leg.talk_seconds - line.seconds) > 1:
        yield f"I2 leg {leg.id} is logged with {leg.talk_seconds} s, but talked {line.seconds} s"


def everything_ends(e: Evidence) -> Iterator[str]:
    """I3: no attempt, task or line is left hanging."""
    for attempt in e.attempts:
        if attempt.state not in FINAL:
            yield f"I3 attempt {attempt.id} ({attempt.role}) is still {attempt.state}"
    for line in e.sim.open_calls():
        yield f"I3 {line.to} is still {line.status} at the carrier"
    for task in e.session.execute(sa.select(CallTask)).scalars():
        if task.state in (TaskState.DIALING, TaskState.LIVE):
            yield f"I3 task {task.id} is still {task.state}"


def every_call_has_an_end(e: Evidence) -> Iterator[str]:
    """I3: and with its end an outcome."""
    for call in e.calls:
        if call.ended_at is None:
            yield f"I3 call {call.id} has no end"
        elif call.outcome is None:
            yield f"I3 call {call.id} has no outcome"


def doubts_are_seen(e: Evidence) -> Iterator[str]:
    """A call whose fate nobody knows says so, and its task waits for a person."""
    for attempt in e.attempts:
        if attempt.state is AttemptState.CLOSED_UNKNOWN and attempt.role is LegRole.CUSTOMER:
            call = e.session.get_one(Call, attempt.call_id)
            if str(call.outcome) != "unknown":
                yield f"call {call.id} is unknown, and shown as {call.outcome}"
            task = e.session.get(CallTask, call.task_id) if call.task_id else None
            if task is not None and task.state is not TaskState.UNCERTAIN:
                yield f"task {task.id} is {task.state}, though nobody knows whether it rang"


def nobody_rings_at_the_wrong_time(e: Evidence) -> Iterator[str]:
    """I4: within the customers' hours, by the true clock."""
    asked_at = {token_in(str(sent.form["StatusCallback"])): sent.at for sent in orders(e)}
    for number in e.wish_of:
        for ring in e.rings_of(number):
            line = e.sim.calls[ring.call_sid]
            if line.created_at - asked_at[token_of(line)] > AT_ONCE:
                continue  # the carrier took it up when everybody had believed it lost
            there = ring.at.astimezone(ZONE)
            if (there + TOLERATED).time() < OPENS or there.time() >= CLOSES:
                yield f"I4 {number} rang at {there:%H:%M:%S}"


def nobody_rings_who_opted_out(e: Evidence) -> Iterator[str]:
    """I4: no intent to ring is written after a suppression stands."""
    numbers = {wish.number: wish.number_id for wish in e.floor.wishes}
    for sent in orders(e):
        since = e.suppressed.get(numbers.get(str(sent.form.get("To")), 0))
        if since is not None and sent.intended_at > since:
            yield f"I4 {sent.form['To']} was called at {sent.at}, suppressed since {since}"


def nobody_rings_on_hold(e: Evidence) -> Iterator[str]:
    """I4: nothing is intended while the floor is on hold."""
    for sent in orders(e):
        if any(start < sent.intended_at < end for start, end in e.held):
            yield f"I4 {sent.form.get('To')} was called at {sent.at}, while the floor was on hold"


def orders(e: Evidence) -> Iterator[Sent]:
    """The requests that would make a telephone ring."""
    return (sent for sent in e.sent if "To" in sent.form)


def caps_hold(e: Evidence) -> Iterator[str]:
    """I4: a debtor's number is called six times a day at the most, unknown calls counted."""
    for number, wishes in e.wish_of.items():
        if all(wish.receivable_id for wish in wishes):
            days = Counter(line.created_at.astimezone(ZONE).date() for line in e.lines_to(number))
            yield from (f"I4 {number} was called {n} times" for n in days.values() if n > 6)


def nothing_is_missing(e: Evidence) -> Iterator[str]:
    """I5: every wish that was taken is there, once."""
    names = Counter(a.occurrence for a in e.attempts if a.role is LegRole.CUSTOMER)
    for wish in e.floor.wishes:
        if wish.call_id and names[wish.name] != 1 and not wish.rings:
            yield f"I5 {wish.name} has {names[wish.name]} attempts"
        if wish.task_id and e.session.get(CallTask, wish.task_id) is None:
            yield f"I5 {wish.name}: task {wish.task_id} is gone"
        if not wish.came_to and wish.tries:
            continue
    states = Counter(a.state for a in e.attempts)
    if sum(states.values()) != len(e.attempts):
        yield "I5 the states do not add up"


def the_log_is_the_truth(e: Evidence) -> Iterator[str]:
    """I6: what is shown of a call is what all its events come to."""
    for call in e.calls:
        view = fold(load_events(e.session, call.id), call.mode)
        for name in ("status", "answered_at", "ended_at", "ended_by", "outcome", "answered_by"):
            if getattr(view, name) != getattr(call, name):
                yield f"I6 call {call.id} {name}: {getattr(call, name)} is {getattr(view, name)}"
        for leg in view.legs:
            row = e.session.get(CallLeg, leg.attempt_id)
            if row is None or (row.status, row.ended_at) != (leg.status, leg.ended_at):
                yield f"I6 leg {leg.attempt_id} differs from its events"


def the_steps_replay(e: Evidence) -> Iterator[str]:
    """I7, I8: each attempt's log leads from its birth to its state, by the table's steps alone."""
    state: dict[int, AttemptState] = {}
    epoch: dict[int, int] = {}
    rows = e.session.execute(sa.select(AttemptTransition).order_by(AttemptTransition.id))
    for row in rows.scalars():
        at = row.attempt_id
        if row.from_state != state.get(at):
            yield f"I7 attempt {at}: {row.step} from {row.from_state}, was {state.get(at)}"
        if (row.step, row.from_state, row.to_state) not in TABLE:
            yield f"I8 attempt {at}: {row.step} {row.from_state} -> {row.to_state}"
        if row.epoch < epoch.get(at, 0):
            yield f"I7 attempt {at}: epoch {row.epoch} after {epoch[at]}"
        state[at], epoch[at] = row.to_state, row.epoch
    for attempt in e.attempts:
        if state.get(attempt.id) is not attempt.state:
            yield f"I7 attempt {attempt.id} is {attempt.state}, its log ends in {state}"


def an_opt_out_by_key_stands(e: Evidence) -> Iterator[str]:
    """Whoever pressed 9 and was answered, be it by an apology, is not called again."""
    suppressed = set(e.session.execute(sa.select(Suppression.number_id)).scalars())
    numbers = {wish.number: wish.number_id for wish in e.floor.wishes}
    for told in keys_answered(e):
        number_id = numbers.get(told.params.get("To", ""))
        if told.params["Digits"] == "9" and number_id and number_id not in suppressed:
            yield f"{told.params['To']} pressed 9, and is not suppressed"


def keys_answered(e: Evidence) -> Iterator[Delivered]:
    """The questions with a key that the carrier was given an answer to."""
    for told in e.sim.deliveries("voice"):
        if told.params.get("Digits") and told.answer.status == 200:
            yield told


def is_apology(told: Delivered) -> bool:
    return any(word in told.answer.body for word in APOLOGIES)


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    rung_once,
    rung_once_at_the_telephone,
    every_call_is_known,
    everything_ends,
    every_call_has_an_end,
    doubts_are_seen,
    nobody_rings_at_the_wrong_time,
    nobody_rings_who_opted_out,
    nobody_rings_on_hold,
    caps_hold,
    nothing_is_missing,
    the_log_is_the_truth,
    the_steps_replay,
    an_opt_out_by_key_stands,
)


def violations(evidence: Evidence) -> list[str]:
    """Everything that is wrong."""
    return [wrong for check in CHECKS for wrong in check(evidence)]
