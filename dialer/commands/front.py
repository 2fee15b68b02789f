"""What stands before the threads of `dialer web`: a request gets one when all of it is here.

A server that gives a thread to whoever begins to talk is stopped by a few who never end. Here they
wait in a coroutine, which costs next to nothing, and are sent away after a while.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Quick = Callable[[Mapping[str, Any], bytes], Awaitable[bool]]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Who sends nothing for so long has gone, or wants to keep us waiting.
QUIET_SECONDS = 15.0
# Who takes nothing for so long likewise.
SEND_SECONDS = 30
MEGABYTE = 1024 * 1024
# More than any request has; the page for imports takes larger files than anything else does.
MOST_BYTES = 21 * MEGABYTE
FILES, MOST_FILE_BYTES = "/imports", 256 * MEGABYTE
# What is longer than this lies on disk until it is read.
KEPT_BYTES = 256 * 1024
# What is no longer than this may be done without a thread.
SHORT_BYTES = 16 * 1024

log = logging.getLogger(__name__)


async def nothing(_scope: Mapping[str, Any], _body: bytes) -> bool:
    """No request is done without a thread."""
    return False


class Front:
    """An ASGI application that hands whole requests to a WSGI application in threads."""

    def __init__(
        self, app: Wsgi, threads: int, quiet_seconds: float = QUIET_SECONDS, quick: Quick = nothing
    ) -> None:
        self.app, self.quiet_seconds, self.quick = app, quiet_seconds, quick
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One request; what is `quick` with takes no thread."""
        if scope["type"] != "http":
            return
        with SpooledTemporaryFile(max_size=KEPT_BYTES) as body:
            try:
                size = await self.read(receive, body, most_bytes(scope["path"]), promised(scope))
            except Refused as refused:
                await refuse(send, refused.status)
                return
            if size is None:
                return
            body.seek(0)
            if size <= SHORT_BYTES and await self.quick(scope, body.read()):
                await say(send, HTTPStatus.NO_CONTENT)
                return
            await self.serve(scope, body, size, send)

    async def serve(self, scope: Mapping[str, Any], body: Any, size: int, send: Send) -> None:
        """Hand a whole request to a thread."""
        body.seek(0)
        line = Line(send, asyncio.get_running_loop())
        environ = environ_of(scope, body, size)
        await line.loop.run_in_executor(self.pool, self.answer, environ, line)
        await line.send_all(line.whole)

    async def read(self, receive: Receive, body: Any, most: int, length: int | None) -> int | None:
        """Take the body in, and say how long it is; None if the client went. Raises Refused.

        With the last byte of what was promised it is whole, whatever the server still waits for.
        """
        size = 0
        while True:
            message = await self.hear(receive)
            if message["type"] == "http.disconnect":
                return None
            size += len(message.get("body", b""))
            if size > most:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body.write(message.get("body", b""))
            if not message.get("more_body") or size == length:
                return size

    async def hear(self, receive: Receive) -> Message:
        """The next piece of a request. Raises Refused if nothing comes."""
        try:
            async with asyncio.timeout(self.quiet_seconds):
                return await receive()
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None

    def answer(self, environ: Environ, line: "Line") -> None:
        """Run the application in this thread; what comes in pieces is sent as it comes."""
        try:
            chunks = self.app(environ, line.start)
            try:
                for chunk in chunks:
                    line.write(chunk)
            finally:
                getattr(chunks, "close", lambda: None)()
            line.end()
        except (TimeoutError, ConnectionError, RuntimeError):
            log.info("a client took no answer")
        except Exception:
            log.exception("a request failed outside the application")
            line.fail()


class Refused(Exception):
    """A request that no thread sees."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Line:
    """The way from a thread to the client. An answer of one piece is left in `whole` for the loop,
    which saves the thread a visit to it."""

    def __init__(self, send: Send, loop: asyncio.AbstractEventLoop) -> None:
        self.send, self.loop = send, loop
        self.status, self.headers = 500, Headers()
        self.has_begun = self.has_ended = False
        self.sent = 0
        self.whole: list[Message] = []

    def start(self, status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], None]:
        """WSGI's start_response."""
        self.status, self.headers = int(status.split(" ", 1)[0]), list(headers)
        return self.write

    def write(self, chunk: bytes) -> None:
        """Send a piece; with the last one that was promised the answer is whole."""
        if not chunk or self.has_ended:
            return
        self.sent += len(chunk)
        promised = next((v for n, v in self.headers if n.lower() == "content-length"), None)
        self.tell(chunk, more=promised is None or self.sent < int(promised))

    def end(self) -> None:
        """Nothing more comes."""
        if not self.has_ended:
            self.tell(b"", more=False)

    def fail(self) -> None:
        """Say that it was our fault, if nothing was said yet."""
        if not self.has_begun:
            self.status, self.headers = 500, []
            self.end()

    def tell(self, chunk: bytes, *, more: bool) -> None:
        """Send from the loop, and wait until it was taken. Raises TimeoutError."""
        messages: list[Message] = []
        if not self.has_begun:
            pairs = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in self.headers]
            messages.append(
                {"type": "http.response.start", "status": self.status, "headers": pairs}
            )
        messages.append({"type": "http.response.body", "body": chunk, "more_body": more})
        is_whole, self.has_begun, self.has_ended = not self.has_begun, True, not more
        if is_whole and not more:
            self.whole = messages
            return
        self.wait(asyncio.run_coroutine_threadsafe(self.send_all(messages), self.loop))

    def wait(self, sent: "Future[None]") -> None:
        """Until it was taken. Raises TimeoutError, at once where the process is ending."""
        for _second in range(SEND_SECONDS):
            with suppress(TimeoutError):
                return sent.result(1)
            if not self.loop.is_running():
                break
        raise TimeoutError

    async def send_all(self, messages: list[Message]) -> None:
        """One after the other, in one visit to the loop."""
        for message in messages:
            await self.send(message)


def promised(scope: Mapping[str, Any]) -> int | None:
    """How long the body is, by its head."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else None


def most_bytes(path: str) -> int:
    """How long the body of a request to this path may be."""
    return MOST_FILE_BYTES if path.startswith(FILES) else MOST_BYTES


async def say(send: Send, status: HTTPStatus) -> None:
    """A status, and nothing else."""
    await send({"type": "http.response.start", "status": int(status), "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def refuse(send: Send, status: HTTPStatus) -> None:
    """A few words, and the end."""
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": f"{status.phrase}\n".encode()})


def environ_of(scope: Mapping[str, Any], body: Any, size: int) -> Environ:
    """The request as WSGI wants it (PEP 3333)."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode(errors="surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= header_values(scope["headers"])
    if size or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(size)
    return environ


def header_values(pairs: Iterable[tuple[bytes, bytes]]) -> Environ:
    """Headers by their names in WSGI; one that comes twice is joined.

    A name with an underscore would pass for another one's, and is left out.
    """
    found: Environ = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name or name.lower() == "transfer-encoding":
            continue
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{joint}{value}" if key in found else value
    return found
