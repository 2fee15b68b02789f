"""Doing the same to many things, none of which keeps back the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from dialer.logs import trouble

log = logging.getLogger(__name__)

Item = TypeVar("Item")


def for_each(items: Iterable[Item], do: Callable[[Item], bool | int]) -> int:
    """Do it to all of them and add up what came of it.

    One that raises is logged and the rest goes on; the last failure is raised at the end, so
    that the duty shows it.
    """
    count, failure = 0, None
    for item in items:
        try:
            count += do(item)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are not to wait
            log.error("one of many failed", extra=trouble(error))
            failure = error
    if failure is not None:
        raise failure
    return count
