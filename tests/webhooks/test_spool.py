"""With the database away nothing is acknowledged, and nothing is lost."""

import json
import stat

import pytest

from dialer.calling.spool import Spooled, measure, replay_spool, spool
from tests.carrier.forms import AMD, ENDED, LEG, changed, form
from tests.webhooks.doors import CUSTOMER, NOW, Doors

AWAY = "503 SERVICE UNAVAILABLE"
CALLBACK = Spooled(source="status", token=CUSTOMER, form=form(ENDED), received_at=NOW)


def test_what_cannot_be_stored_is_spooled_and_not_acknowledged(doors: Doors) -> None:
    doors.lose_database()
    assert doors.tell(ENDED) == AWAY
    [file] = doors.spooled()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_spool_is_emptied_into_the_database(doors: Doors) -> None:
    doors.lose_database()
    doors.tell(LEG)
    doors.tell(AMD, "amd")
    assert replay_spool(doors.rt) == 2
    assert sorted(event.kind for event in doors.events()) == ["amd", "leg"]
    assert {event.at for event in doors.events() if event.kind == "amd"} == {NOW}
    assert doors.spooled() == []


def test_the_carriers_repeats_fill_one_file(doors: Doors) -> None:
    doors.lose_database()
    for _ in range(3):
        doors.now = NOW.replace(second=doors.now.second + 1)
        doors.tell(ENDED)
    assert len(doors.spooled()) == 1


def test_what_came_again_meanwhile_is_stored_once(doors: Doors) -> None:
    doors.lose_database()
    doors.tell(ENDED)
    doors.serve(doors.rt)
    doors.tell(ENDED)
    assert replay_spool(doors.rt) == 1
    assert len(doors.events()) == 1


def test_an_empty_spool_is_nothing_to_do(doors: Doors) -> None:
    assert replay_spool(doors.rt) == 0


def test_while_the_database_stays_away_it_is_tried_once_and_the_spool_stays_full(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    doors.lose_database()
    doors.tell(LEG)
    doors.tell(ENDED)
    caplog.clear()
    assert replay_spool(doors.away) == 0
    assert len(doors.spooled()) == 2
    assert [record.getMessage() for record in caplog.records] == ["the spool waits on"]


@pytest.mark.parametrize("junk", [b"", b"[]", b"{}", b"\xff", b'{"source": "moon"}'])
def test_a_broken_file_does_not_keep_back_the_rest(doors: Doors, junk: bytes) -> None:
    doors.lose_database()
    doors.tell(ENDED)
    (doors.rt.settings.spool_dir / "0.json").write_bytes(junk)
    assert replay_spool(doors.rt) == 1
    assert [path.name for path in doors.spooled()] == ["0.unreadable"]
    assert measure(doors.rt).set_aside == 1


def test_a_draft_that_was_cut_off_is_not_read(doors: Doors) -> None:
    spool(doors.rt, CALLBACK)
    [file] = doors.spooled()
    file.rename(file.with_suffix(".00.draft"))
    assert replay_spool(doors.rt) == 0


def test_a_full_box_takes_no_more(doors: Doors) -> None:
    assert spool(doors.rt, CALLBACK, limit=1)
    other = Spooled(source="amd", token=CUSTOMER, form=form(AMD), received_at=NOW)
    assert not spool(doors.rt, other, limit=1)
    assert len(doors.spooled()) == 1


def test_a_disk_that_takes_nothing_still_says_come_again(doors: Doors) -> None:
    doors.rt.settings.spool_dir.write_text("a file where the box should be")
    doors.lose_database()
    assert doors.tell(ENDED) == AWAY


def test_a_spooled_callback_comes_back_as_it_was(doors: Doors) -> None:
    odd = Spooled(
        source="status", token=CUSTOMER, received_at=NOW,
        form=form(changed(LEG, CallerName="张伟 🙂 \u202e", FromCity="")),
    )  # fmt: skip
    assert Spooled.load(odd.dump()) == odd
    assert json.loads(odd.dump())["token"] == CUSTOMER
