"""The floor at one instant: every rep's tile, the machine's runs, today's figures.

Whatever is shown depends on the team alone and never on who looks: numbers are always masked,
for a board hangs where everybody reads it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialer.domain import stats
from dialer.domain.phone import mask
from dialer.domain.stats import CallFact, Figures, need_of
from dialer.domain.words import CallStatus, Disposition, LegRole, Mode, Outcome, Purpose
from dialer.floor.snapshot import (
    Closing,
    Doubt,
    Hold,
    Line,
    PurposeTally,
    RepTally,
    Run,
    Snapshot,
    Tally,
    Tile,
    Today,
)
from dialer.models import board as tables
from dialer.models.board import Scope
from dialer.models.calls import Call
from dialer.models.machinery import Switch
from dialer.models.people import User
from dialer.models.switches import HOLD
from dialer.runtime import Runtime

WRAP_UP_WITHIN = timedelta(hours=24)


def snapshot_at(rt: Runtime, scope: Scope) -> Snapshot:
    """The floor now, from one reading of the database."""
    now, zone = rt.now(), ZoneInfo(rt.settings.business_time_zone)
    start, end = stats.day_around(now, zone)
    with rt.sessions.read() as session:
        event_id = tables.latest_mark(session).event_id
        live = tables.live_calls(session, scope)
        reps = tables.floor_reps(session, scope)
        facts = tables.call_facts(session, scope, start, end)
        return Snapshot(
            at=now,
            event_id=event_id,
            hold=hold_now(session),
            closing=closing_hour(rt, session, scope, now),
            today=count_today(facts, reps, start, zone),
            tiles=make_tiles(session, scope, reps, live, now, start),
            runs=make_runs(session, live),
            doubts=[doubt_of(call) for call in tables.doubtful_calls(session, scope, start)],
        )


def hold_now(session: Session) -> Hold:
    """How the kill switch stands."""
    switch = session.get(Switch, HOLD, populate_existing=True)
    if switch is None:
        return Hold(on=False, reason="", since=None)
    return Hold(on=switch.is_on, reason=switch.reason, since=switch.changed_at)


def closing_hour(rt: Runtime, session: Session, scope: Scope, now: datetime) -> Closing | None:
    """The hours of the purpose on the company's clock today; None on a day without any."""
    zone = ZoneInfo(rt.settings.business_time_zone)
    today = now.astimezone(zone).date()
    hours = rt.policy.purposes[Purpose.CLOSING].week[today.weekday()]
    if not hours:
        return None
    (first, _), (_, last) = hours[0], hours[-1]
    start, end = stats.day_around(now, zone)
    tasks = tables.count_tasks(session, scope, Purpose.CLOSING, start, end)
    return Closing(
        opens_at=wall_time(today, first, zone),
        closes_at=wall_time(today, last, zone),
        planned=tasks.planned,
        done=tasks.done,
        held_back=tasks.held_back,
    )


def wall_time(on: date, minutes: int, zone: ZoneInfo) -> datetime:
    """So many minutes after midnight on a zone's clock; 1440 is the next midnight."""
    day, minute = divmod(minutes, 1440)
    start = stats.midnight(on + timedelta(days=day), zone)
    return start.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC)


def count_today(
    facts: Sequence[CallFact], reps: Sequence[User], start: datetime, zone: ZoneInfo
) -> Today:
    """All figures of the day: every rep has a row, and the machine where it called."""
    by_rep = stats.count_by(facts, lambda fact: fact.rep_id)
    by_purpose = stats.count_by(facts, lambda fact: fact.purpose)
    names: dict[int | None, str | None] = {rep.id: name_of(rep) for rep in reps}
    rows = {key: by_rep.get(key, Figures()) for key in [*names, *by_rep]}
    return Today(
        on=start.astimezone(zone).date(),
        zone=zone.key,
        all=tally(stats.count(facts)),
        hours=[tally(figures) for figures in stats.count_hours(facts, zone)],
        reps=[
            RepTally(rep_id=key, name=names.get(key), figures=tally(figures))
            for key, figures in rows.items()
        ],
        purposes=[
            PurposeTally(purpose=purpose, figures=tally(by_purpose[purpose]))
            for purpose in Purpose
            if purpose in by_purpose
        ],
    )


def tally(figures: Figures) -> Tally:
    """Figures as they go out."""
    return Tally(
        placed=figures.placed,
        answered=figures.answered,
        conversations=figures.conversations,
        answer_rate=figures.answer_rate,
        average_talk_seconds=figures.average_talk_seconds,
        over_six=figures.over_six,
        promises=figures.promises,
    )


def make_tiles(
    session: Session,
    scope: Scope,
    reps: Sequence[User],
    live: Sequence[Call],
    now: datetime,
    start: datetime,
) -> list[Tile]:
    """One tile a rep, who needs somebody first."""
    calls = {call.rep_id: call for call in live if call.rep_id is not None}
    wrap_ups = tables.waiting_wrap_ups(session, scope, now - WRAP_UP_WITHIN)
    free_since = tables.last_ends(session, scope, start)
    tiles = [
        make_tile(rep, calls.get(rep.id), wrap_ups.get(rep.id), free_since.get(rep.id), now)
        for rep in reps
    ]
    return sorted(tiles, key=urgency)


def urgency(tile: Tile) -> tuple[int, float, int]:
    """The most urgent first, and among equals whoever has waited longest."""
    since = tile.since.timestamp() if tile.since else 0.0
    return (stats.NEEDS.index(tile.need), since, tile.rep_id)


def make_tile(
    rep: User, live: Call | None, ended: Call | None, free_since: datetime | None, now: datetime
) -> Tile:
    """What a rep is doing: the live call before a wrap-up before a pause."""
    call = live or ended
    state, since = rep_state(rep, live, ended, free_since)
    seconds = (now - since).total_seconds() if since else 0
    return Tile(
        rep_id=rep.id,
        name=name_of(rep),
        state=state,
        since=since,
        need=need_of(state, seconds),
        call=line_of(call) if call else None,
        by_machine=call is not None and call.mode is Mode.MACHINE,
    )


def rep_state(
    rep: User, live: Call | None, ended: Call | None, free_since: datetime | None
) -> tuple[str, datetime | None]:
    """The tile's word, and since when."""
    if live is not None:
        return live_state(live)
    if ended is not None:
        return "wrap_up", ended.ended_at
    if rep.paused_at is not None:
        return "paused", rep.paused_at
    return "free", free_since


def live_state(call: Call) -> tuple[str, datetime]:
    """What a live call is doing, and since when."""
    legs = {leg.role: leg for leg in call.legs}
    rep, customer = legs.get(LegRole.REP), legs.get(LegRole.CUSTOMER)
    if call.status is CallStatus.TALKING and customer and customer.on_hold:
        return "held", call.answered_at or call.created_at
    began: Mapping[CallStatus, datetime | None] = {
        CallStatus.TALKING: call.answered_at,
        CallStatus.CUSTOMER_RINGING: customer.ringing_at if customer else None,
        CallStatus.REP_RINGING: rep.ringing_at if rep else None,
    }
    return str(call.status), began.get(call.status) or call.created_at


def make_runs(session: Session, live: Sequence[Call]) -> list[Run]:
    """The machine's live calls, the longest first."""
    calls = [call for call in live if call.mode is Mode.MACHINE]
    turns = tables.latest_turns(session, [call.id for call in calls])
    return [run_of(call, turns.get(call.id, {})) for call in calls]


def run_of(call: Call, turn: Mapping[str, str]) -> Run:
    """One call without a rep."""
    said = turn.get("disposition")
    return Run(
        call=line_of(call),
        status=call.status,
        since=live_state(call)[1],
        step=turn.get("step"),
        effect=turn.get("effect"),
        disposition=Disposition(said) if said else None,
    )


def doubt_of(call: Call) -> Doubt:
    """One uncertain call; it is open while the reconciler still looks for it."""
    return Doubt(
        call=line_of(call),
        rep=name_of(call.rep) if call.rep else None,
        since=call.created_at,
        is_open=call.outcome is not Outcome.UNKNOWN,
    )


def line_of(call: Call) -> Line:
    """A call in one line."""
    e164 = call.number.e164
    return Line(
        call_id=call.id,
        purpose=call.purpose,
        who=call.contact.name if call.contact else mask(e164) if e164 else "",
        account=call.account.name if call.account else None,
        point=call.brief_point,
    )


def name_of(user: User) -> str:
    """A user as colleagues know them."""
    return user.full_name or user.name
