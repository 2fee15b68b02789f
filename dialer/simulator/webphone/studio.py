"""The sound's own thread: one UDP socket for all browsers, and a beat every 20 ms."""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable
from random import Random

from dialer.simulator.webphone import mixer, stun
from dialer.simulator.webphone.dtls import Identity
from dialer.simulator.webphone.mixer import Place
from dialer.simulator.webphone.pcmu import FRAME_SECONDS
from dialer.simulator.webphone.peer import Peer

IDLE_SECONDS = 0.2
MOST_LATE_BEATS = 10
LARGEST = 2048
log = logging.getLogger(__name__)


class Studio:
    """`look` gives the scene of a beat and is called once a beat while there is any peer."""

    def __init__(self, host: str, seed: int, look: Callable[[], list[Place]]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.setblocking(False)
        self._host, self._port = self._socket.getsockname()
        self._look = look
        self._identity = Identity()
        self._chance = Random(seed)  # noqa: S311
        self._peers: dict[Peer, None] = {}
        self._stopped = False
        self._thread = threading.Thread(target=self._live, name="studio", daemon=True)

    def stop(self) -> None:
        self._stopped = True
        if self._thread.is_alive():
            self._thread.join(timeout=2)
        self._socket.close()

    def open(self, presses: Callable[[str], None]) -> Peer:
        """A new peer on our socket; `presses` is told of keys, in the studio's own thread."""
        if not self._thread.is_alive():
            self._thread.start()
        peer = Peer(
            identity=self._identity, send=self._send, chance=self._chance,
            host=self._host, port=self._port, presses=presses,
        )  # fmt: skip
        self._peers[peer] = None
        return peer

    def close(self, peer: Peer | None) -> None:
        if peer is not None:
            peer.closed = True
            self._peers.pop(peer, None)

    def _send(self, data: bytes, address: stun.Address) -> None:
        try:
            self._socket.sendto(data, address)
        except OSError:
            return

    def _live(self) -> None:
        due = time.monotonic()
        while not self._stopped:
            pause = max(0.0, due - time.monotonic()) if self._peers else IDLE_SECONDS
            ready, _, _ = select.select([self._socket], [], [], pause)
            if ready:
                self._take()
            if not self._peers:
                due = time.monotonic()
            elif time.monotonic() >= due:
                self._beat()
                due = max(due, time.monotonic() - MOST_LATE_BEATS * FRAME_SECONDS) + FRAME_SECONDS

    def _beat(self) -> None:
        try:
            mixer.play_out(self._look(), time.time())
        except Exception:
            log.exception("a beat failed; the next one comes")

    def _take(self) -> None:
        try:
            data, source = self._socket.recvfrom(LARGEST)
        except OSError:
            return
        try:
            self._sort(data, source)
        except Exception:
            log.exception("a datagram that nobody understands")

    def _sort(self, data: bytes, source: stun.Address) -> None:
        """By the first byte (RFC 7983): a question of ICE, a handshake, or sound."""
        if stun.is_stun(data):
            check = stun.read_check(data)
            peer = next((p for p in tuple(self._peers) if check and p.ufrag == check.ufrag), None)
            if peer and check and not peer.is_cut:
                peer.check(check, source)
            return
        peer = next((p for p in tuple(self._peers) if p.address == source), None)
        if peer is None or peer.is_cut or not data:
            return
        if 20 <= data[0] <= 63:
            peer.shake(data)
        elif 128 <= data[0] <= 191:
            peer.receive(data)
