"""Nobody outside is ever rung without an allowed verdict stored in the transaction of the claim.

Proven twice: by the source, for there is one place from which a request can leave, and by what
stands in the tables after stories of every kind of call.
"""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from dialer.calling.errors import Refused
from dialer.calling.suppress import suppress
from dialer.domain.attempt import CLAIM, INTEND
from dialer.domain.verdict import Allowed
from dialer.domain.words import AttemptState, LegRole, Mode, Purpose, SuppressionReason
from dialer.models import Attempt, AttemptTransition, CallTask, Contact, StoredVerdict
from tests.make import REP_PHONE, ZHANG_WEI
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
DIALER = ROOT / "dialer"
# The carrier's verbs that ring somebody, and the one file that may use them.
RINGING = frozenset({"place", "add_to_room"})
PLACE = DIALER / "calling" / "place.py"
CARRIER = DIALER / "carrier"
UNSENT = frozenset({AttemptState.PLANNED, AttemptState.CANCELLED, AttemptState.EXPIRED})


def rings(source: str) -> list[str]:
    """Where a file takes hold of a carrier's ringing verb: `rt.carrier.place`, `carrier.place`."""
    return sorted(
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in RINGING and is_carrier(node.value)
    )


def is_carrier(value: ast.expr) -> bool:
    """Whether an expression is called a carrier, whatever it hangs on."""
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return "carrier" in name.lower()


def hidden_ways(source: str) -> list[str]:
    """What would let a ringing verb be reached without its name being seen."""
    return sorted(
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "getattr"
        and is_carrier(node.args[0])
    )


def product_files() -> list[Path]:
    """All but the carrier's own room, and the simulator, which is the carrier."""
    skipped = (CARRIER, DIALER / "simulator")
    return [p for p in sorted(DIALER.rglob("*.py")) if not any(map(p.is_relative_to, skipped))]


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    return {
        node.name: node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }


def calls_in(node: ast.AST) -> list[str]:
    """The functions that are called, in the order of the lines."""
    found = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    return [ast.unparse(call.func) for call in sorted(found, key=lambda call: call.lineno)]


def test_requests_that_ring_leave_from_one_file_alone() -> None:
    files = {path for path in product_files() if rings(path.read_text())}
    assert files == {PLACE}


def test_nobody_reaches_a_ringing_verb_by_another_name() -> None:
    assert {str(path) for path in product_files() if hidden_ways(path.read_text())} == set()


def test_only_the_carriers_room_builds_requests_that_ring() -> None:
    """`calls.create` and `participants.create` of the client stand nowhere else."""
    for path in product_files():
        text = path.read_text()
        assert "calls.create" not in text, path
        assert "participants.create" not in text, path


@pytest.mark.parametrize(
    "source",
    ["rt.carrier.place(dial)", "f = rt.carrier.add_to_room", "carrier.place(d)",
     "lambda: self.carrier.place(d)"],
)  # fmt: skip
def test_the_search_for_ringing_verbs_finds_them(source: str) -> None:
    assert rings(source) != []
    assert rings("place(rt, 1)\nhours.place(1)\nrt.carrier.hang_up(sid)") == []


def test_the_search_for_hidden_ways_finds_them() -> None:
    assert hidden_ways("getattr(rt.carrier, 'place')(dial)") != []


@pytest.mark.parametrize("function", ["claim", "intend"])
def test_claim_and_intent_ask_the_gate_in_their_own_transaction_before_they_step(
    function: str,
) -> None:
    (block,) = [n for n in functions(PLACE)[function].body if isinstance(n, ast.With)]
    assert ast.unparse(block.items[0].context_expr) == "rt.sessions.write()"
    called = calls_in(block)
    step = {"claim": "claim_number", "intend": "take"}[function]
    assert called.index("is_allowed") < called.index(step)


def test_a_request_is_made_ready_in_the_intents_transaction_alone() -> None:
    makers = [
        f"{path.name}: {name}"
        for path in product_files()
        for name, node in functions(path).items()
        if "sender" in calls_in(node) or "Intent" in calls_in(node)
    ]
    assert makers == ["place.py: intend"]


# What the tables say after stories.


def verdicts_at(world: World, step: str) -> list[tuple[AttemptTransition, set[str]]]:
    """Each claim or intent of a customer's leg, with the answers stored at its instant."""
    with world.sessions.read() as session:
        steps = session.execute(
            sa.select(AttemptTransition)
            .join(Attempt, Attempt.id == AttemptTransition.attempt_id)
            .where(Attempt.role == LegRole.CUSTOMER, AttemptTransition.step == step)
        ).scalars()
        return [(taken, answers(session, taken)) for taken in steps]


def answers(session: sa.orm.Session, taken: AttemptTransition) -> set[str]:
    """What the gate said about an attempt at the instant of a step."""
    found = sa.select(StoredVerdict.verdict).where(
        StoredVerdict.attempt_id == taken.attempt_id, StoredVerdict.at == taken.at
    )
    return set(session.scalars(found))


def assert_every_ring_was_allowed(world: World, customers: int) -> None:
    """Claims and intents each have an allowed verdict, and no sent attempt lacks its claim."""
    for step in (CLAIM.name, INTEND.name):
        taken = verdicts_at(world, step)
        assert len(taken) >= customers
        assert all(said == {Allowed.word} for _step, said in taken)
    with world.sessions.read() as session:
        sent = session.scalars(
            sa.select(Attempt.id).where(
                Attempt.role == LegRole.CUSTOMER, Attempt.state.not_in(UNSENT)
            )
        )
        allowed = set(
            session.scalars(
                sa.select(StoredVerdict.attempt_id).where(StoredVerdict.verdict == Allowed.word)
            )
        )
        assert set(sent) <= allowed


def customer_rings(world: World) -> int:
    """How often somebody who is not ours was rung."""
    return len([ring for ring in world.sim.rings() if REP_PHONE not in str(ring)])


def rep_answers(world: World) -> None:
    world.sim.phone(REP_PHONE).answers_after(2).presses("1", after=2)


def test_a_click_rings_the_customer_after_three_allowed_answers(world: World) -> None:
    rep_answers(world)
    world.sim.phone(ZHANG_WEI).answers_after(3).hangs_up_after(5)
    world.click()
    world.advance(30)
    assert customer_rings(world) == 1
    assert_every_ring_was_allowed(world, 1)


def test_a_machines_task_rings_only_what_was_allowed(world: World) -> None:
    world.sim.phone(ZHANG_WEI).never_answers()
    with world.sessions.write() as session:
        contact = session.get_one(Contact, world.here.contact_id)
        session.add(
            CallTask(
                purpose=Purpose.REMINDER, mode=Mode.MACHINE, contact_id=contact.id,
                account_id=contact.account_id, number_id=world.here.number_id,
                owner_id=world.here.rep_id, due_at=world.rt.now(), ready_at=world.rt.now(),
                created_at=world.rt.now(),
            )
        )  # fmt: skip
    world.advance(20)
    assert customer_rings(world) == 1
    assert_every_ring_was_allowed(world, 1)


def test_an_opt_out_while_the_rep_is_rung_leaves_no_claim(world: World) -> None:
    rep_answers(world)
    world.click()
    suppress(world.rt, world.here.number_id, SuppressionReason.OPT_OUT, "page", None)
    world.advance(30)
    assert customer_rings(world) == 0
    assert verdicts_at(world, CLAIM.name) == []


def test_a_window_that_closes_while_the_rep_is_rung_leaves_no_claim(world: World) -> None:
    """19:59 is late enough for a click; once the rep has answered, the minute no longer fits."""
    closes = world.rt.now().replace(hour=12, minute=0, second=0)
    world.skip((closes - timedelta(seconds=61) - world.rt.now()).total_seconds())
    world.sim.phone(REP_PHONE).answers_after(6).presses("1", after=2)
    world.click()
    world.advance(30)
    assert customer_rings(world) == 0
    assert verdicts_at(world, INTEND.name) == []
    with world.sessions.read() as session:
        last = session.scalars(sa.select(StoredVerdict).order_by(StoredVerdict.id.desc())).first()
    assert last is not None
    assert (last.verdict, last.rule) == ("not_until", "purpose_hours:follow_up")


def test_a_refused_click_makes_no_attempt_at_all(world: World) -> None:
    with pytest.raises(Refused):
        world.click(purpose=Purpose.CLOSING)
    with world.sessions.read() as session:
        assert session.scalars(sa.select(Attempt)).all() == []
