"""The floor at one instant: every rep's tile, the machine's runs, today's figures.

Whatever is shown depends on the team alone and never on who looks: numbers are always masked,
for a board hangs where everybody reads it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialer.domain import stats
from dialer.domain.phone import mask
from dialer.domain.stats import CallFact, Figures
from dialer.domain.words import CallStatus, Disposition, LegRole, Mode, Outcome, Purpose
from dialer.floor.hours import closing_hours
from dialer.floor.snapshot import (
    Closing,
    Doubt,
    HeldBy,
    Helper,
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
from dialer.models.people import User
from dialer.models.switches import stops
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
        facts = tables.call_facts(session, scope, start, end, rt.rules.lengths)
        return Snapshot(
            at=now,
            event_id=event_id,
            hold=hold_now(session),
            closing=closing_hour(rt, session, scope, now),
            today=count_today(facts, reps, start, zone),
            tiles=make_tiles(rt, session, scope, reps, live),
            runs=make_runs(session, live),
            doubts=[doubt_of(call) for call in tables.doubtful_calls(session, scope, start)],
        )


def hold_now(session: Session) -> Hold:
    """What stops new calls, the oldest first: people's switch or a breaker."""
    first = next(iter(stops(session)), None)
    if first is None:
        return Hold(on=False, reason="", since=None)
    return Hold(on=True, reason=first.reason, since=first.changed_at)


def closing_hour(rt: Runtime, session: Session, scope: Scope, now: datetime) -> Closing | None:
    """The hours of the purpose on the company's clock today; None on a day without any."""
    hours = closing_hours(rt, now)
    if hours is None:
        return None
    start, end = stats.day_around(now, ZoneInfo(rt.settings.business_time_zone))
    tasks = tables.count_tasks(session, scope, Purpose.CLOSING, start, end)
    return Closing(
        opens_at=hours[0],
        closes_at=hours[1],
        planned=tasks.planned,
        done=tasks.done,
        held_back=sum(tasks.held_by.values()),
        held_by=[
            HeldBy(rule=rule, count=count)
            for rule, count in sorted(tasks.held_by.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
    )


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
    rt: Runtime, session: Session, scope: Scope, reps: Sequence[User], live: Sequence[Call]
) -> list[Tile]:
    """One tile a rep, who needs somebody first."""
    now = rt.now()
    start, _ = stats.day_around(now, ZoneInfo(rt.settings.business_time_zone))
    calls = {call.rep_id: call for call in live if call.rep_id is not None}
    wrap_ups = tables.waiting_wrap_ups(session, scope, now - WRAP_UP_WITHIN)
    free_since = tables.last_ends(session, scope, start)
    helpers = helpers_of(session, live)
    tiles = []
    for rep in reps:
        call, ended = calls.get(rep.id), wrap_ups.get(rep.id)
        state, since = rep_state(rep, call, ended, free_since.get(rep.id))
        shown = call or ended
        seconds = (now - since).total_seconds() if since else 0
        tiles.append(
            Tile(
                rep_id=rep.id,
                name=name_of(rep),
                state=state,
                since=since,
                need=stats.need_of(state, seconds, rt.rules.lengths),
                call=line_of(shown) if shown else None,
                by_machine=shown is not None and shown.mode is Mode.MACHINE,
                pause_reason=rep.pause_reason if rep.paused_at else None,
                helpers=helpers.get(call.id, []) if call else [],
            )
        )
    return sorted(tiles, key=urgency)


def helpers_of(session: Session, live: Sequence[Call]) -> Mapping[int, list[Helper]]:
    """By call: the supervisors whose telephones ring or are in the room."""
    legs = {
        leg.id: (call.id, leg.answered_at is not None)
        for call in live
        for leg in call.legs
        if leg.role is LegRole.SUPERVISOR and leg.ended_at is None
    }
    found: dict[int, list[Helper]] = {}
    for wish in tables.last_wishes(session, list({call_id for call_id, _ in legs.values()})):
        if wish.leg_id in legs:
            call_id, is_in = legs[wish.leg_id]
            helper = Helper(
                user_id=wish.user.id, name=name_of(wish.user), how=wish.how, is_in=is_in
            )
            found.setdefault(call_id, []).append(helper)
    return found


def urgency(tile: Tile) -> tuple[int, float, int]:
    """The most urgent first, and among equals whoever has waited longest."""
    since = tile.since.timestamp() if tile.since else 0.0
    return (stats.NEEDS.index(tile.need), since, tile.rep_id)


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
