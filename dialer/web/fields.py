"""What a browser sent, read so that no value can be larger than a table's column."""

from collections.abc import Callable
from typing import Any

from flask import Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict

MAX_ID = 2**31 - 1


class Fields(ImmutableMultiDict[str, str]):
    """Fields of a form or of an address; asked for an `int`, it gives one that a table can hold."""

    def get(self, key: str, default: Any = None, type: Callable[[str], Any] | None = None) -> Any:  # type: ignore[override]  # noqa: A002 - werkzeug's name
        """As werkzeug's; a number beyond every id is no number."""
        read: Any = bounded if type is int else type
        return super().get(key, default, read)


def bounded(text: str) -> int:
    """A whole number that fits into an id. Raises ValueError."""
    number = int(text) if len(text) <= 20 else MAX_ID + 1
    if abs(number) > MAX_ID:
        raise ValueError(text[:20])
    return number


class PageRequest(Request):
    """Flask's request with our fields."""

    parameter_storage_class = Fields


def refuse_odd_values() -> None:
    """400 for a NUL, which no text of ours has; 404 for an id beyond every id."""
    for field, value in [*request.args.items(multi=True), *request.form.items(multi=True)]:
        if "\0" in field or "\0" in value:
            abort(400)
    for part in (request.view_args or {}).values():
        if isinstance(part, int) and part > MAX_ID:
            abort(404)
