"""The doors as they stand in the whole app, among pages, sessions and CSRF."""

from pathlib import Path

from tests.carrier.forms import LEG
from tests.webhooks.doors import CUSTOMER
from tests.world import World


def test_the_carrier_needs_no_session_and_gets_no_page(database_url: str, tmp_path: Path) -> None:
    world = World(database_url, tmp_path / "spool")
    answer = world.app.test_client().post(f"/webhooks/status/{CUSTOMER}", data=LEG)
    assert (answer.status_code, answer.data) == (403, b"")
    assert "Set-Cookie" not in answer.headers
    world.close()


def test_a_call_lives_through_every_mood_of_the_network(database_url: str, tmp_path: Path) -> None:
    world = World(database_url, tmp_path / "spool").open_floor()
    world.sim.network.duplicate(kind="", share=0.5)
    world.sim.network.shuffle(kind="status", share=1.0, seconds=3)
    world.sim.phone("+862155550190").answers_after(2).presses("1", after=1)
    world.sim.phone("+8613800138000").answers_after(3).hangs_up_after(20)
    call_id = world.click()
    world.advance(90)
    statuses = {delivery.answer.status for delivery in world.sim.deliveries()}
    assert statuses <= {200, 204}
    assert world.call(call_id).outcome == "talked"
    world.close()
