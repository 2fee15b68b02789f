"""The phones' door in the HTTP server: a request that asks to become a socket becomes one."""

import time
from collections.abc import Iterator
from typing import Any

from dialer.simulator.exchange import Exchange
from dialer.simulator.lines import line_of
from dialer.simulator.running import Runner
from dialer.simulator.webphone import pcmu, sdp
from dialer.simulator.webphone.mixer import Mixer, Place
from dialer.simulator.webphone.studio import Studio
from dialer.simulator.webphone.switchboard import Switchboard
from dialer.simulator.webphone.websocket import NORMAL, TOO_MUCH, Closed, WebSocket

MOST_SOCKETS = 100
BURST, FRAMES_PER_SECOND = 60, 20


class Browsers:
    """All that browsers need: signalling, sound, and people at the other end."""

    def __init__(self, runner: Runner, host: str) -> None:
        self._runner = runner
        with runner.held() as x:
            self.mixer = Mixer(x)
            self.studio = Studio(host, x.settings.seed, self._scene)
            self.board = Switchboard(x, self.studio, self.mixer, runner.held)
        runner.closing.append(self.studio.stop)
        self._sockets = 0

    def _scene(self) -> list[Place]:
        """What sounds now; the network's moods cut some off."""
        with self._runner.held() as x:
            scene = self.mixer.scene()
            for place in scene:
                if place.end.peer:
                    place.end.peer.is_cut = _is_cut(x, place.end.call.phone_address)
            return scene

    def may_enter(self) -> bool:
        with self._runner.held() as x:
            return self._sockets < MOST_SOCKETS and not x.network.strikes("refuse_signal", "")

    def serve(self, socket: WebSocket) -> None:
        """Carry frames until the socket closes."""
        with self._runner.held():
            tab = self.board.open(socket.send, socket.drop)
            self._sockets += 1
        try:
            for text in _paced(socket):
                with self._runner.held():
                    self.board.receive(tab, text)
        except Closed as closed:
            socket.close(closed.code if closed.code != 1006 else NORMAL)
        finally:
            with self._runner.held():
                self._sockets -= 1
                self.board.close(tab)

    def lend_ear(self, number: str, offer: str) -> str:
        """Let a person's browser be the phone of that number; the answer to its offer.

        Raises BadDescription.
        """
        with self._runner.held() as x:
            peer = self.studio.open(lambda key: self._press(number, key))
            try:
                answer = peer.answer(offer)
            except sdp.BadDescription:
                self.studio.close(peer)
                raise
            x.phone(number)
            self.studio.close(self.mixer.persons.get(number))
            self.mixer.persons[number] = peer
            return answer

    def describe_ear(self, number: str, hertz: list[int]) -> dict[str, Any]:
        """How loud the last half second was at a phone, and how loud each wanted tone in it."""
        with self._runner.held() as x:
            call = x.call_at(number)
            samples = self.mixer.ear_of(call) if call else []
        tones = {str(wanted): round(pcmu.tone_in(samples, wanted), 4) for wanted in hertz}
        return {"loudness": round(pcmu.loudness(samples), 4), "tones": tones}

    def _press(self, number: str, key: str) -> None:
        with self._runner.held() as x:
            if line := line_of(x, number):
                line.press(key)


def _is_cut(x: Exchange, address: str) -> bool:
    return bool(
        x.network.strikes("dead_media", address) or x.network.strikes("lossy_media", address)
    )


def _paced(socket: WebSocket) -> Iterator[str]:
    """Frames as they come. Raises Closed also upon more than a browser would ever send."""
    allowance, seen = float(BURST), time.monotonic()
    while True:
        text = socket.receive()
        now = time.monotonic()
        allowance = min(BURST, allowance + (now - seen) * FRAMES_PER_SECOND) - 1
        seen = now
        if allowance < 0:
            raise Closed(TOO_MUCH)
        yield text
