"""The server's end of one WebSocket (RFC 6455) on a socket that an HTTP server hands over.

Text messages only, no extensions. One thread may `receive`; any may `send`: what is sent waits in
a queue of its own, so that nobody who holds a lock ever waits for a browser.
"""

import base64
import hashlib
import queue
import socket
import struct
import threading

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LARGEST_MESSAGE = 64 * 1024
LONGEST_QUEUE = 256
SILENCE_SECONDS, GOODBYE_SECONDS = 40.0, 2.0
CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA
NORMAL, WRONG, UNWANTED, TOO_MUCH, TOO_BIG = 1000, 1002, 1003, 1008, 1009


class Closed(Exception):
    """The socket is closed, with the code that was given or is due."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class WebSocket:
    def __init__(self, connection: socket.socket, key: str) -> None:
        """Answer the handshake; `key` is the request's Sec-WebSocket-Key."""
        connection.settimeout(SILENCE_SECONDS)
        if connection.family == socket.AF_INET:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if connection.family == socket.AF_INET:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(_welcome(key))
        self._connection = connection
        self._outbox: queue.Queue[bytes | None] = queue.Queue(LONGEST_QUEUE)
        self._writer = threading.Thread(target=self._write, name="websocket", daemon=True)
        self._writer.start()

    def receive(self) -> str:
        """The next text message. Raises Closed when there will be none."""
        message = b""
        while True:
            last, kind, data = self._frame()
            if kind == CLOSE:
                raise Closed(struct.unpack("!H", data[:2])[0] if len(data) >= 2 else NORMAL)
            if kind == PING:
                self._post(PONG, data)
            elif kind in {TEXT, CONTINUATION}:
                message += data
                if len(message) > LARGEST_MESSAGE:
                    raise Closed(TOO_BIG)
                if last:
                    return message.decode(errors="replace")
            elif kind != PONG:
                raise Closed(UNWANTED)

    def send(self, text: str) -> None:
        """Send soon; a browser that does not read is let go."""
        self._post(TEXT, text.encode())

    def close(self, code: int = NORMAL) -> None:
        """Say goodbye after what is still to be sent; nobody writes to the socket afterwards."""
        self._post(CLOSE, struct.pack("!H", code))
        self._put(None)
        self._writer.join(GOODBYE_SECONDS)
        self.drop()

    def drop(self) -> None:
        """Break off without a word, as a network does."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _frame(self) -> tuple[bool, int, bytes]:
        head, length = self._read(2)
        if head & 0x70 or not length & 0x80:
            raise Closed(WRONG)
        length &= 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._read(8))
        if length > LARGEST_MESSAGE:
            raise Closed(TOO_BIG)
        mask = self._read(4)
        return bool(head & 0x80), head & 0x0F, _unmask(self._read(length), mask)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                more = self._connection.recv(count - len(data))
            except OSError:
                more = b""
            if not more:
                raise Closed(1006)
            data += more
        return data

    def _post(self, kind: int, data: bytes) -> None:
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x80 | kind, size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | kind, 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | kind, 127, size)
        self._put(head + data)

    def _put(self, data: bytes | None) -> None:
        try:
            self._outbox.put_nowait(data)
        except queue.Full:
            self.drop()

    def _write(self) -> None:
        while (data := self._outbox.get()) is not None:
            try:
                self._connection.sendall(data)
            except OSError:
                break
        self.drop()


def _welcome(key: str) -> bytes:
    digest = hashlib.sha1((key + MAGIC).encode(), usedforsecurity=False).digest()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n"
    ).encode()


def _unmask(data: bytes, mask: bytes) -> bytes:
    stretched = (mask * (len(data) // 4 + 1))[: len(data)]
    size = len(data)
    return (int.from_bytes(data, "big") ^ int.from_bytes(stretched, "big")).to_bytes(size, "big")
