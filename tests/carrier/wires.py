"""Servers on loopback that answer as a carrier should not, and a carrier that talks to them."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from dialer.carrier.port import Dial
from dialer.carrier.transport import Transport
from dialer.carrier.twilio import TwilioCarrier
from dialer.settings import Settings, load_settings

ACCOUNT = "AC" + "a" * 32
KEY = "the-auth-token-of-tests"
BASE = "https://dialer.example"
SID = "CA" + "1" * 32
TOKEN = "0" * 31 + "1"
DIAL = Dial(
    address="+8613800138000", from_number="+861085550100", token=TOKEN, ring_seconds=25,
    limit_seconds=3600,
)  # fmt: skip


def settings(**more: str) -> Settings:
    """Settings of a made-up account."""
    return load_settings(
        {
            "DIALER_MODE": "demo",
            "PUBLIC_BASE_URL": BASE,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": KEY,
            **more,
        }
    )


def carrier(base_url: str = "", timeout: tuple[float, float] = (2, 2)) -> TwilioCarrier:
    """The real thing, pointed at a server of these tests."""
    return TwilioCarrier(settings(), http=Transport(base_url, timeout) if base_url else None)


def reply(status: int, body: bytes | str = b"", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer; `length` tells a lie about the body's."""
    content = body.encode() if isinstance(body, str) else body
    size = len(content) if length is None else length
    lines = (f"HTTP/1.1 {status} Told", f"Content-Length: {size}", "Connection: close", *headers)
    return "\r\n".join((*lines, "", "")).encode() + content


@dataclass
class Server:
    """What it was asked. Answers are given in turn, the last for ever; None hangs up rudely."""

    url: str
    answers: tuple[bytes | None, ...]
    requests: list[bytes] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """`POST /path HTTP/1.1` of each request."""
        return [request.split(b"\r\n", 1)[0].decode() for request in self.requests]

    @property
    def forms(self) -> list[list[tuple[str, str]]]:
        """The parameters of each request's body."""
        bodies = (request.split(b"\r\n\r\n", 1)[1].decode() for request in self.requests)
        return [parse_qsl(body, keep_blank_values=True) for body in bodies]

    def answer(self, line: socket.socket) -> None:
        """Hear one request to its end and answer it."""
        with line:
            self.requests.append(hear(line))
            given = self.answers[min(len(self.requests), len(self.answers)) - 1]
            if given is None:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                line.sendall(given)


def hear(line: socket.socket) -> bytes:
    """A request: its head, and as much body as it says."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += line.recv(65536)
    head, _, body = heard.partition(b"\r\n\r\n")
    sizes = [part[15:] for part in head.split(b"\r\n") if part.lower().startswith(b"content-len")]
    size = int(sizes[0]) if sizes else 0
    while len(body) < size:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(*answers: bytes | None) -> Iterator[Server]:
    """A server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = Server(f"http://127.0.0.1:{door.getsockname()[1]}", answers)

        def run() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                try:
                    server.answer(line)
                except OSError:
                    continue  # the client turned away, as it should

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server
        door.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def silent() -> Iterator[str]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"


@contextmanager
def full() -> Iterator[str]:
    """A server whose queue is full, so that nobody gets a connection."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        address = door.getsockname()
        guests = [socket.socket() for _ in range(8)]
        for guest in guests:
            guest.setblocking(False)
            guest.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
        for guest in guests:
            guest.close()


def closed() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}"
