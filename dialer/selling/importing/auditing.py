"""The audit log's entries for rows: who brought in what, by which import."""

from datetime import datetime
from typing import Any, Final

from dialer.selling.importing.inserting import as_json
from dialer.selling.importing.kinds import Context

AUDIT: Final = ("at", "actor_id", "action", "subject_kind", "subject_id", "detail")


def audit_row(
    context: Context, at: datetime, action: str, kind: str, subject_id: int | None, **detail: Any
) -> tuple[Any, ...]:
    """An entry, in the order of `AUDIT`."""
    told = as_json({"import": context.import_id, **detail})
    return at, context.actor_id, action, kind, subject_id, told


def row_entry(
    context: Context, at: datetime, subject_id: int | None, row: int, did: str
) -> tuple[Any, ...]:
    """The entry of a customer's row, of which there may be a million: plain words and numbers."""
    told = f'{{"import": {context.import_id}, "row": {row}, "did": "{did}"}}'
    return at, context.actor_id, "account.import", "account", subject_id, told
