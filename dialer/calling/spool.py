"""A box on disk for what the carrier told while the database was away.

One file per callback, named by its content, so that the carrier's own repeats fill one file.
Web and clock empty it when they start and again and again; storing twice is storing once. What
cannot be read any more is set aside for a person, and keeps nothing back.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from dialer.calling.answer import hear_late
from dialer.calling.told_together import Telling, record
from dialer.carrier.port import BadShape, Form
from dialer.logs import trouble
from dialer.runtime import Runtime

MAX_FILES = 20_000
# The source of a key, before the step at which it was pressed.
KEY = "voice/"
REPLAY_SECONDS = 10
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
UNREADABLE = (ValueError, KeyError, TypeError, BadShape)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """A signed callback that is understood and not stored yet."""

    source: str
    token: str
    form: Form
    received_at: datetime

    @property
    def name(self) -> str:
        """The same for the same callback, whenever it came."""
        content = json.dumps([self.source, self.token, self.form])
        return f"{hashlib.sha256(content.encode()).hexdigest()}.json"

    def dump(self) -> bytes:
        """As bytes."""
        return json.dumps(
            {
                "source": self.source,
                "token": self.token,
                "form": self.form,
                "received_at": self.received_at.isoformat(),
            }
        ).encode()

    @classmethod
    def load(cls, text: bytes) -> "Spooled":
        """What was dumped. Raises ValueError, KeyError or TypeError if it was not."""
        fields = json.loads(text)
        return cls(
            source=fields["source"],
            token=fields["token"],
            form=tuple((name, value) for name, value in fields["form"]),
            received_at=datetime.fromisoformat(fields["received_at"]),
        )


def spool(rt: Runtime, callback: Spooled, limit: int = MAX_FILES) -> bool:
    """Write it, durably; False if the box is full or the disk does not take it.

    Either way the carrier is told to come again.
    """
    box = rt.settings.spool_dir
    try:
        box.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(waiting(box)) >= limit:
            log.error("the spool is full", extra={"files": limit})
            return False
        write_durably(box / callback.name, callback.dump(), rt.token())
    except OSError as error:
        log.error("nothing could be spooled", extra=trouble(error))
        return False
    return True


def write_durably(path: Path, content: bytes, mark: str) -> None:
    """After a power cut the file is there whole or not at all; only its owner reads it."""
    draft = path.with_suffix(f".{mark}.draft")
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def waiting(box: Path) -> list[Path]:
    """The files, in any order: facts have none."""
    return list(box.glob("*.json"))


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How many callbacks wait, how many seconds the oldest has, and how many were set aside."""

    waiting: int
    oldest_seconds: float
    set_aside: int


def measure(rt: Runtime) -> Depth:
    """Look into the box of this machine."""
    box, began = rt.settings.spool_dir, []
    for path in waiting(box):
        with suppress(FileNotFoundError):  # another process was quicker
            began.append(path.stat().st_mtime)
    oldest = rt.now().timestamp() - min(began) if began else 0.0
    aside = len(list(box.glob("*.unreadable")))
    return Depth(waiting=len(began), oldest_seconds=max(0.0, oldest), set_aside=aside)


def keep_replaying(rt: Runtime) -> None:
    """Empty the box again and again, for as long as the process lives."""
    while True:
        rt.wait(REPLAY_SECONDS)
        replay_spool(rt)


def replay_spool(rt: Runtime) -> int:
    """Store what waits and say how much was stored; stop when the database is away again."""
    stored = 0
    for path in waiting(rt.settings.spool_dir):
        try:
            stored += replay(rt, path)
        except AWAY as error:
            log.warning("the spool waits on", extra=trouble(error))
            break
        except Exception as error:  # noqa: BLE001 - one that fails must not keep back the rest
            log.error("a spooled callback cannot be stored", extra=trouble(error))
    return stored


def replay(rt: Runtime, path: Path) -> int:
    """Store one file's callback and remove it; 0 if another process was quicker."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return 0
    try:
        callback = Spooled.load(text)
        store = storing(rt, callback)
    except UNREADABLE as error:
        log.error("a spooled callback cannot be read", extra=trouble(error))
        path.replace(path.with_suffix(".unreadable"))
        return 0
    store()
    path.unlink(missing_ok=True)
    return 1


def storing(rt: Runtime, callback: Spooled) -> Callable[[], None]:
    """What stores it: a fact, or a key that somebody pressed. Raises what UNREADABLE names."""
    if callback.source.startswith(KEY):
        asked = rt.carrier.read_asked(callback.form)
        step = callback.source.removeprefix(KEY)
        return partial(hear_late, rt, callback.token, step, asked.carrier_sid, asked.digits or "")
    fact = rt.carrier.read(callback.source, callback.form, callback.received_at)
    return partial(record, rt, Telling(token=callback.token, told=fact))
