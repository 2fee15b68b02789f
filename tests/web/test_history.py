"""A call's log in words: nothing that the house writes is shown as a code."""

import re
from pathlib import Path

import dialer
from dialer.models import CallEvent
from dialer.web.history import EVENTS, event_word
from tests.world import World

HOUSE = Path(dialer.__file__).parent
# A leg's status, a key and a script's turn are told by what they carry; a pause is on no call.
TOLD_OTHERWISE = {"leg", "key", "turn", "paused", "resumed"}


def test_every_kind_of_event_has_words() -> None:
    code = "\n".join(path.read_text() for path in (HOUSE / "calling").glob("*.py"))
    written = set(re.findall(r'Fact\(\s*kind="(\w+)"', code))
    assert written
    assert written - TOLD_OTHERWISE <= set(EVENTS)


def test_a_scripts_turn_says_what_was_asked_or_understood(world: World) -> None:
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        words = [
            event_word(CallEvent(kind="turn", data=data))
            for data in ({"step": "who"}, {"effect": "connect"}, {"disposition": "promised"}, {})
        ]
    assert words == ["Asked who it is", "Rang the owner", "Promised to pay", "The script went on"]
