"""What goes wrong in a seed's world: the kinds of fault, and how each seed draws its own.

A seed always has the kinds that its number names, so any twenty in a row have them all; the
dice add some more.
"""

from dataclasses import dataclass
from random import Random

CYCLE = 20

# How a process fares at a step: between two commits, around a request, at its database.
AT_BEGIN = ("database_away",)
AT_COMMIT = ("dies_before_commit", "commit_undone")
AFTER_COMMIT = ("dies_after_commit", "commit_unheard", "pauses", "others_run")
BEFORE_SEND = ("dies_before_send", "pauses_before_send")
AFTER_SEND = ("dies_after_send",)
PROCESS_KINDS = (*AT_BEGIN, *AT_COMMIT, *AFTER_COMMIT, *BEFORE_SEND, *AFTER_SEND)

# The network's moods, and which traffic each of ours is for.
REST_KINDS = {
    "slow": ("slow", "", 8.0),
    "too_slow": ("slow", "POST ", 30.0),
    "throttle": ("throttle", "", 0.0),
    "suspend": ("suspend", "POST ", 0.0),
    "double": ("double", "s.json", 0.0),
    "fail_before": ("fail_before", "POST ", 0.0),
    "fail_after": ("fail_after", "POST ", 0.0),
    "drop_before": ("drop_before", "POST ", 0.0),
    "drop_after": ("drop_after", "POST ", 0.0),
    "accept_late": ("accept_late", "s.json", 40.0),
    "accept_an_hour_late": ("accept_late", "s.json", 3600.0),
    "break_body": ("break_body", "", 0.0),
    "refuse": ("refuse", "", 0.0),
    "lag": ("lag", "GET ", 300.0),
    "listing_fails": ("fail_before", "GET ", 0.0),
}
CALLBACK_KINDS = {
    "lose": ("lose", "", 0.0),
    "lose_all_of_a_kind": ("lose", "status", 0.0),
    "duplicate": ("duplicate", "", 20.0),
    "delay": ("delay", "", 120.0),
    "delay_a_day": ("delay", "status", 26 * 3600.0),
    "shuffle": ("shuffle", "", 30.0),
    "forge": ("forge", "", 0.0),
    "unreachable": ("unreachable", "", 0.0),
    "lose_answer": ("lose_answer", "", 0.0),
}
CLOCK_KINDS = ("clock_ahead", "clock_behind")
PEOPLE_KINDS = (
    "opts_out", "cancels", "moves", "pays", "holds_the_floor", "hangs_up", "pauses_rep",
    "clicks_again", "queue_is_full", "calls_often",
)  # fmt: skip
KINDS = (*PROCESS_KINDS, *REST_KINDS, *CALLBACK_KINDS, *CLOCK_KINDS, *PEOPLE_KINDS)

# Steps after whose commit processes are to die, by the name of the verb that commits.
STEPS = (
    "claim", "wait_for_turn", "intend", "record_placed", "record_refusal", "record_doubt",
    "record_told", "answer_voice", "click_to_dial", "take_up", "ring_rep", "settle_task",
    "step_one", "resolve_doubt", "clear_call", "hang_up_leftover", "record_found", "find_room",
    "suppress", "hang_up",
)  # fmt: skip
AT_ONCE = 4


@dataclass(frozen=True)
class Knobs:
    """A seed's faults: which kinds, how often at each step, and at which steps it surely dies."""

    seed: int
    kinds: frozenset[str]
    named: frozenset[str]
    shares: dict[str, float]
    steps: frozenset[str]
    tick: float


def turn_knobs(seed: int) -> Knobs:
    """The faults of a seed, from its number and its own dice."""
    dice = Random(f"knobs {seed}")
    named = frozenset(k for n, k in enumerate(KINDS) if n % CYCLE == seed % CYCLE)
    drawn = dice.sample(KINDS, dice.randint(0, 8))
    shares = {kind: dice.choice((0.004, 0.01, 0.03)) for kind in PROCESS_KINDS}
    shares["others_run"] = dice.choice((0.02, 0.05, 0.15))
    return Knobs(
        seed=seed,
        kinds=named | frozenset(drawn) | {"others_run"},
        named=named,
        shares=shares,
        steps=frozenset(dice.sample(STEPS, AT_ONCE)) | {STEPS[seed % len(STEPS)]},
        tick=dice.choice((1.0, 2.0, 4.0)),
    )
