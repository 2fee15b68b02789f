"""Letting an import run, stopping it, going on."""

from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dialer.models import AuditEntry, Import, User
from dialer.models.imports import ImportState
from dialer.models.wake import wake_clock
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound
from dialer.selling.importing.drafts import find_draft, visible_to
from dialer.selling.importing.kinds import Context
from dialer.selling.importing.layout import Layout
from dialer.selling.importing.registry import KINDS


def start_import(rt: Runtime, actor: User | None, import_id: int) -> None:
    """Let a draft run. Raises NotFound, or BadValue where something that must be said is not."""
    one = find_draft(rt, actor, import_id)
    kind = KINDS[one.kind]
    missing = kind.check(one.options)
    if missing is not None:
        raise BadValue(missing, "must be chosen")
    if not any(Layout.recall(one.layout).columns):
        raise BadValue("columns", "must name at least one column")
    with rt.sessions.write() as session:
        changed = session.execute(
            sa.update(Import)
            .where(Import.id == import_id, Import.state == ImportState.DRAFT)
            .values(state=ImportState.RUNNING, started_at=rt.now())
        )
        if changed.rowcount:  # type: ignore[attr-defined]
            note(session, rt, actor, "import.start", one, file=one.file_name, hash=one.file_hash)
            wake_clock(session)


def stop_import(rt: Runtime, actor: User | None, import_id: int) -> None:
    """Stop after the batch at hand; what is in stays in. Raises NotFound."""
    move(rt, actor, import_id, ImportState.RUNNING, ImportState.STOPPED)


def resume_import(rt: Runtime, actor: User | None, import_id: int) -> None:
    """Go on where it was stopped. Raises NotFound."""
    move(rt, actor, import_id, ImportState.STOPPED, ImportState.RUNNING)


def move(
    rt: Runtime, actor: User | None, import_id: int, was: ImportState, now: ImportState
) -> None:
    """Put an import into another state, if it is in the right one."""
    with rt.sessions.write() as session:
        one = session.scalar(
            sa.select(Import).where(Import.id == import_id, visible_to(actor)).with_for_update()
        )
        if one is None:
            raise NotFound("import")
        if one.state is was:
            one.state, one.trouble = now, None
            note(session, rt, actor, f"import.{now}", one)
            wake_clock(session)


def note(
    session: Session, rt: Runtime, actor: User | None, action: str, one: Import, **detail: Any
) -> None:
    """Who did what to which import."""
    session.add(
        AuditEntry(
            at=rt.now(), actor_id=actor.id if actor else None, action=action,
            subject_kind="import", subject_id=one.id, detail={"kind": one.kind, **detail},
        )
    )  # fmt: skip


def make_context(rt: Runtime, one: Import, actor: User | None) -> Context:
    """What the import's rows are read and written with."""
    zone = ZoneInfo(rt.settings.business_time_zone)
    return Context(
        rt=rt,
        actor=actor,
        import_id=one.id,
        columns=frozenset(filter(None, Layout.recall(one.layout).columns)),
        options=one.options,
        region=one.options["region"],
        today=rt.now().astimezone(zone).date(),
    )
