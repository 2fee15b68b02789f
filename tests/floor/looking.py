"""The floor as tests look at it."""

from dialer.floor.board import snapshot_at
from dialer.floor.snapshot import Snapshot, Tile
from dialer.models.board import Scope
from tests.world import World

EVERYBODY = Scope(everybody=True)


def look(world: World, scope: Scope = EVERYBODY) -> Snapshot:
    return snapshot_at(world.rt, scope)


def tile_of(world: World, rep_id: int) -> Tile:
    return next(tile for tile in look(world).tiles if tile.rep_id == rep_id)


def figures(world: World) -> dict[str, int]:
    """Today's, in the names of the recount."""
    whole = look(world).today.all
    return {
        "placed": whole.placed, "answered": whole.answered, "over_six": whole.over_six,
        "conversations": whole.conversations, "promises": whole.promises,
        "talk": (whole.average_talk_seconds or 0) * whole.conversations,
    }  # fmt: skip
