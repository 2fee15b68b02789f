"""REST requests and replies as values, and lists cut into pages."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from dialer.simulator import shapes
from dialer.simulator.forms import Form, RestError
from dialer.simulator.wire import Pairs

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
PAGING = {"PageSize", "Page", "PageToken"}


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Pairs = ()
    form: Pairs = ()
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def as_json(body: shapes.Json, status: int = 200) -> Reply:
    return Reply(
        status=status,
        headers={"Content-Type": "application/json;charset=utf-8"},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def not_found(request: Request) -> RestError:
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


class Numbered(Protocol):
    """A row with its place in the order of creation, which page tokens name."""

    @property
    def number(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


def as_page(
    request: Request, key: str, rows: Sequence[Row], shape: Callable[[Row], shapes.Json]
) -> Reply:
    """One page of `rows`, youngest first. A token continues below the last row seen, so rows that
    are made while someone turns pages neither repeat nor hide others."""
    query = Form(request.query)
    size = query.whole("PageSize", DEFAULT_PAGE_SIZE, 1, MAX_PAGE_SIZE, 20007)
    page = query.whole("Page", 0, 0, 1_000_000, 20001)
    token = query.get("PageToken").removeprefix("PA")
    ordered = sorted(rows, key=lambda row: row.number, reverse=True)
    if token.isdigit():
        ordered = [row for row in ordered if row.number < int(token)]
    else:
        ordered = ordered[page * size :]
    shown = ordered[:size]
    more = len(ordered) > size
    filters = [pair for pair in request.query if pair[0] not in PAGING]
    return as_json(
        shapes.page(
            key, [shape(row) for row in shown], request.path, filters, page, size,
            start=page * size, next_token=f"PA{shown[-1].number}" if more else "",
        )
    )  # fmt: skip


def within(request: Request, name: str, instant: datetime | None) -> bool:
    """Whether an instant satisfies the filters `name`, `name<` and `name>` (bounds included)."""
    query = Form(request.query)
    for suffix in ("", "<", ">"):
        text = query.get(name + suffix)
        if text and (instant is None or not _compares(instant, suffix, text)):
            return False
    return True


def _compares(instant: datetime, suffix: str, text: str) -> bool:
    try:
        bound = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(400, 20001, f"Invalid date: {text}") from None
    bound = bound.replace(tzinfo=bound.tzinfo or UTC)
    day_long = len(text) == len("2026-01-01")
    end = bound + timedelta(days=1) if day_long else bound + timedelta(seconds=1)
    if suffix == "<":
        return instant < end
    return instant >= bound if suffix == ">" else bound <= instant < end
