"""Idempotency keys: the same key and body get the same answer, however often they are sent.

The key's row is committed before the deed and the answer after it. A second request waits a while
for the first one's answer. If none comes, because a process died or the carrier is slow, it does
the deed again: the deed itself carries the key as its occurrence, which is unique, so that it
finds what was done instead of doing it twice. Whichever answer is stored first is everybody's.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import IdempotencyKey
from dialer.people.errors import KeyReused
from dialer.runtime import Runtime

LOOKS = 30
LOOK_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a user asked for on a route, under a key of their own choice."""

    user_id: int
    route: str
    key: str
    body: dict[str, Any]

    @property
    def body_hash(self) -> str:
        """The same for the same body, whatever the order of its fields."""
        text = json.dumps(self.body, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def occurrence(self) -> str:
        """The name of the deed, unique for ever, of at most 80 characters."""
        digest = hashlib.sha256(f"{self.route}\n{self.key}".encode()).hexdigest()
        return f"key:{self.user_id}:{digest[:48]}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP status and a JSON body."""

    status: int
    body: dict[str, Any]


def find_answer(rt: Runtime, wish: Wish) -> Answer | None:
    """The answer that this wish got before; None where the deed is to be done now.

    Raises KeyReused if the key was sent with another body.
    """
    if begin(rt, wish):
        return None
    for _ in range(LOOKS):
        with rt.sessions.read() as session:
            row = find_row(session, wish)
        if row is None or row.status is not None:
            break
        rt.wait(LOOK_SECONDS)
    return known_answer(row)


def begin(rt: Runtime, wish: Wish) -> bool:
    """Whether this is the first time that the key is seen."""
    try:
        with rt.sessions.write() as session:
            session.add(
                IdempotencyKey(
                    user_id=wish.user_id,
                    route=wish.route,
                    key=wish.key,
                    body_hash=wish.body_hash,
                    created_at=rt.now(),
                )
            )
    except sa.exc.IntegrityError:
        return False
    return True


def find_row(session: Session, wish: Wish) -> IdempotencyKey | None:
    """The key's row. Raises KeyReused if it stands for another body."""
    row = session.scalar(
        sa.select(IdempotencyKey).where(
            IdempotencyKey.user_id == wish.user_id,
            IdempotencyKey.route == wish.route,
            IdempotencyKey.key == wish.key,
        )
    )
    if row is not None and row.body_hash != wish.body_hash:
        raise KeyReused
    return row


def known_answer(row: IdempotencyKey | None) -> Answer | None:
    """What a row says, if it says anything yet."""
    if row is None or row.status is None:
        return None
    return Answer(status=row.status, body=row.body or {})


def keep_answer(rt: Runtime, wish: Wish, answer: Answer) -> Answer:
    """Store the answer unless one is stored, and return the one that is."""
    with rt.sessions.write() as session:
        session.execute(
            sa.update(IdempotencyKey)
            .where(
                IdempotencyKey.user_id == wish.user_id,
                IdempotencyKey.route == wish.route,
                IdempotencyKey.key == wish.key,
                IdempotencyKey.status.is_(None),
            )
            .values(status=answer.status, body=answer.body)
        )
        return known_answer(find_row(session, wish)) or answer


def forget(rt: Runtime, wish: Wish) -> None:
    """We failed and answered nothing: let the same key try again."""
    with rt.sessions.write() as session:
        row = find_row(session, wish)
        if row is not None and row.status is None:
            session.delete(row)
