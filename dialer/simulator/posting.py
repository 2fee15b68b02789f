"""Callbacks over real HTTP: a port of worker threads with separate connect and read limits."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from queue import SimpleQueue
from urllib.parse import urlencode, urlsplit

from dialer.simulator.courier import Answer, Done, Webhook

WORKERS = 32
MAX_BODY_BYTES = 1_000_000


class HttpPort:
    """`settle(done, answer)` brings an answer home; it is called on a worker's thread.

    The workers are daemons: a callback that hangs does not keep the program from stopping.
    """

    def __init__(self, settle: Callable[[Done, Answer], None]) -> None:
        self._settle = settle
        self._errands: SimpleQueue[tuple[Webhook, Done]] = SimpleQueue()
        for number in range(WORKERS):
            threading.Thread(target=self._work, name=f"callback-{number}", daemon=True).start()

    def __call__(self, webhook: Webhook, done: Done) -> None:
        self._errands.put((webhook, done))

    def _work(self) -> None:
        while True:
            webhook, done = self._errands.get()
            self._settle(done, post(webhook))


def post(webhook: Webhook) -> Answer:
    """Make the request. What cannot connect is `ct`, what does not answer in time `rt`."""
    connection = _connection(webhook)
    try:
        connection.connect()
    except (OSError, ssl.SSLError):
        return Answer(failure="ct")
    try:
        return _exchange(connection, webhook)
    except (OSError, http.client.HTTPException):
        return Answer(failure="rt")
    finally:
        connection.close()


def _connection(webhook: Webhook) -> http.client.HTTPConnection:
    parts = urlsplit(webhook.url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=webhook.connect_seconds)


def _exchange(connection: http.client.HTTPConnection, webhook: Webhook) -> Answer:
    if isinstance(connection.sock, socket.socket):
        connection.sock.settimeout(webhook.read_seconds)
    parts = urlsplit(webhook.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = urlencode(webhook.form).encode() if webhook.method == "POST" else None
    connection.request(webhook.method, target, body=body, headers=dict(webhook.headers))
    response = connection.getresponse()
    text = response.read(MAX_BODY_BYTES).decode("utf-8", "replace")
    return Answer(status=response.status, headers=dict(response.getheaders()), body=text)
