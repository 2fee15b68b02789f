"""The short way of a callback: what is plainly the carrier's is stored with whatever came at once.

It has no say over what is refused. A callback that is not stored by it, for whatever reason, goes
the way that all requests go, through `told`, and is judged there as if nothing had been.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dialer.calling.told_together import Telling, record_told
from dialer.carrier.port import BadShape
from dialer.logs import trouble
from dialer.models.wake import tell_clock
from dialer.runtime import Runtime
from dialer.webhooks.door import FORM_TYPE, MAX_BODY
from dialer.webhooks.told import SOURCES

PATH = re.compile(f"/webhooks/({'|'.join(SOURCES)})/([0-9a-f]{{32}})")
# Who is not served by then goes on alone: one transaction that hangs holds up nobody else.
PATIENCE_SECONDS = 2.0
MOST = 64
# While many come at once: so long for those who were just answered to come again, for a transaction
# costs the same for few as for many; and so seldom is the clock told of it.
PAUSE_SECONDS = 0.004
WAKE_SECONDS = 0.05
FORM = FORM_TYPE.encode()

log = logging.getLogger(__name__)


class QuickDoor:
    """Knows which requests are plain callbacks, and stores them. All of it runs in one loop."""

    def __init__(self, rt: Runtime, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.rt = rt
        self.together = Together(
            lambda tellings: left_of(rt, tellings),
            lambda: tell_clock(rt.sessions.engine),
            patience_seconds,
        )

    async def __call__(self, scope: Mapping[str, Any], body: bytes) -> bool:
        """Whether the request was a callback and its fact is durable."""
        telling = self.read(scope, body)
        return telling is not None and await self.together.do(telling)

    def read(self, scope: Mapping[str, Any], body: bytes) -> Telling | None:
        """The callback, if it is one and nothing about it is odd."""
        path = PATH.fullmatch(scope["path"])
        if path is None or scope["method"] != "POST" or scope["query_string"]:
            return None
        signature = plain_header(scope["headers"])
        if signature is None or len(body) > MAX_BODY:
            return None
        form = self.rt.carrier.verify(scope["path"], body, signature)
        if form is None:
            return None
        try:
            fact = self.rt.carrier.read(path[1], form, self.rt.now())
        except BadShape:
            return None
        return Telling(token=path[2], told=fact)


def plain_header(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The signature of a form's head; None if there are two of them, or it is no form's."""
    signatures = [value for name, value in headers if name == b"x-twilio-signature"]
    types = [value for name, value in headers if name == b"content-type"]
    is_form = len(types) == 1 and types[0].partition(b";")[0].strip().lower() == FORM
    return signatures[0].decode("latin-1") if is_form and len(signatures) == 1 else None


def left_of(rt: Runtime, tellings: Sequence[Telling]) -> set[int]:
    """Store them; the places in the list of those that could not be stored so."""
    left = {id(telling) for telling in record_told(rt, tellings, wakes=False)}
    return {place for place, telling in enumerate(tellings) if id(telling) in left}


Place = tuple[Any, "asyncio.Future[bool]"]


def answer(batch: Sequence[Place], left: set[int]) -> None:
    """Tell everybody in it, unless they have gone, whether it was done for them."""
    for number, (_, done) in enumerate(batch):
        if not done.done():
            done.set_result(number not in left)


class Together:
    """Items that come while a deed is under way share the next one.

    Nobody waits for company: the first item's deed begins at once, with it alone.
    """

    def __init__(
        self,
        deed: Callable[[Sequence[Any]], set[int]],
        after: Callable[[], None],
        patience_seconds: float,
    ) -> None:
        self.deed, self.after, self.patience_seconds = deed, after, patience_seconds
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="together")
        self.waiting: list[Place] = []
        self.worker: asyncio.Task[None] | None = None

    async def do(self, item: Any) -> bool:
        """Whether the deed was done for the item; False if it was not, or nobody knows yet."""
        place: Place = item, asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        if self.worker is None:
            self.worker = asyncio.create_task(self.work())
        try:
            async with asyncio.timeout(self.patience_seconds):
                return await place[1]
        except TimeoutError:
            self.waiting = [other for other in self.waiting if other is not place]
            return False

    async def work(self) -> None:
        """Deed after deed, until nobody waits; `after` now and then, and when all is done."""
        loop = asyncio.get_running_loop()
        told_at = -WAKE_SECONDS
        try:
            while self.waiting:
                batch, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
                left = await loop.run_in_executor(self.pool, self.attempt, [b[0] for b in batch])
                answer(batch, left)
                if len(batch) > 1:
                    await asyncio.sleep(PAUSE_SECONDS)
                if not self.waiting or loop.time() - told_at > WAKE_SECONDS:
                    told_at = loop.time()
                    await loop.run_in_executor(self.pool, self.after)
        finally:
            self.worker = None

    def attempt(self, items: Sequence[Any]) -> set[int]:
        """The places of those for which it was not done: all, where it failed."""
        try:
            return self.deed(items)
        except Exception as error:  # noqa: BLE001 - each of them is tried again by itself
            log.warning("done one by one", extra={"items": len(items), **trouble(error)})
            return set(range(len(items)))
