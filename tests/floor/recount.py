"""Today's figures once more, from the event log alone and by another way."""

from collections import Counter
from datetime import datetime

import sqlalchemy as sa

from dialer.domain.call import CallView, fold
from dialer.domain.words import LegRole, Outcome
from dialer.models import Call, CallEvent
from dialer.models.events import load_events
from tests.world import World


def recount(world: World, since: datetime) -> dict[str, int]:
    """Every call whose log begins since then, folded afresh; projections are not looked at."""
    sums: Counter[str] = Counter(
        dict.fromkeys(("placed", "answered", "conversations", "talk", "over_six", "promises"), 0)
    )
    with world.sessions.read() as session:
        begun = sa.select(CallEvent.call_id).where(
            CallEvent.kind.in_(("clicked", "scheduled")), CallEvent.at >= since
        )
        for call in session.scalars(sa.select(Call).where(Call.id.in_(begun))):
            view = fold(load_events(session, call.id), call.mode)
            sums.update(figures_of(view))
            sums["promises"] += last_word(world, call.id) == "promised"
    return dict(sums)


def figures_of(view: CallView) -> Counter[str]:
    legs = [leg for leg in view.legs if leg.role is LegRole.CUSTOMER]
    if not legs:
        return Counter()
    talked = view.outcome is Outcome.TALKED
    return Counter(
        placed=1,
        answered=int(legs[-1].answered_at is not None),
        conversations=int(talked),
        talk=legs[-1].talk_seconds if talked else 0,
        over_six=int(talked and legs[-1].talk_seconds > 360),
    )


def last_word(world: World, call_id: int) -> str | None:
    said = [event for event in world.events(call_id) if event.kind == "disposed"]
    return max(said, key=lambda event: (event.at, event.id)).data["disposition"] if said else None
