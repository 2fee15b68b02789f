"""`dialer import`: accounts, suppressions and the rest, from CSV and XLSX."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

import click

from dialer.commands.house import Wrong, one_line, open_runtime
from dialer.models import Import, User
from dialer.models.imports import ImportState, find_unfinished
from dialer.people.errors import PeopleError
from dialer.people.users import find_user
from dialer.runtime import Runtime
from dialer.selling.errors import SellingError
from dialer.selling.importing.drafts import Correction, begin_import, correct_draft, discard_draft
from dialer.selling.importing.kinds import Kind
from dialer.selling.importing.layout import FileRefused, Layout
from dialer.selling.importing.mistakes import mistakes_csv
from dialer.selling.importing.preview import preview
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.start import resume_import, start_import, stop_import
from dialer.selling.importing.work import finish_import
from dialer.web.import_words import say_faults, sentence

INTERRUPTED = 130


@click.command()
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "user_name", help="the user who brings it in; else the operator")
@click.option("--region", help="where numbers without a country code are, such as CN")
@click.option("--encoding", help="if the guess is wrong, such as gb18030 or cp950")
@click.option("--delimiter", help="if the guess is wrong")
@click.option("--sheet", help="which sheet of a workbook, if not the first")
@click.option("--heading-row", type=int, help="the row of the headings, 0 for none")
@click.option("--column", "columns", multiple=True, metavar="N=NAME", help="what column N holds")
@click.option("--set", "options", multiple=True, metavar="NAME=VALUE", help="a choice of the kind")
@click.option("--dry-run", is_flag=True, help="show the first rows, and bring in nothing")
def bring_in(kind: str, file: Path, user_name: str | None, dry_run: bool, **said: Any) -> None:
    """Bring in FILE (CSV or XLSX). The same file twice changes nothing; a file that was stopped
    in the middle goes on there. Rows that need a person are written to FILE-errors.csv, to be put
    right and brought in again."""
    rt = open_runtime()
    with refusals():
        actor = read_actor(rt, user_name)
        import_id = take_up(rt, actor, KINDS[kind], file, read_correction(said))
        if dry_run:
            show_first_rows(rt, actor, import_id)
            discard_draft(rt, actor, import_id)
            return
        work_off(rt, actor, import_id, file)


@contextmanager
def refusals() -> Iterator[None]:
    """Whatever is refused ends the command with its one line."""
    try:
        with one_line():
            yield
    except FileRefused as why:
        raise Wrong(f"FILE: {sentence(why.code, why.params)}") from None
    except SellingError as error:
        raise Wrong(str(error)) from None


def read_actor(rt: Runtime, name: str | None) -> User | None:
    """The user of that name."""
    if name is None:
        return None
    try:
        with rt.sessions.read() as session:
            return find_user(session, name)
    except PeopleError as error:
        raise Wrong(f"--as: {error}") from None


def read_correction(said: dict[str, Any]) -> Correction:
    """The options as what a person says about a draft."""
    columns = dict(pair(text) for text in said["columns"])
    try:
        places = {int(place) - 1: name or None for place, name in columns.items()}
    except ValueError:
        raise Wrong("--column: must be such as 3=numbers") from None
    options = dict(pair(text) for text in said["options"])
    if said["region"]:
        options["region"] = said["region"].upper()
    return Correction(
        encoding=said["encoding"], delimiter=said["delimiter"], sheet=said["sheet"],
        heading_row=said["heading_row"], columns=places or None, options=options,
    )  # fmt: skip


def pair(text: str) -> tuple[str, str]:
    """NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals:
        raise Wrong(f"{text!r}: must be NAME=VALUE")
    return name.strip(), value.strip()


def take_up(rt: Runtime, actor: User | None, kind: Kind, path: Path, said: Correction) -> int:
    """The import of this very file that was not finished, or a new draft."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        with rt.sessions.read() as session:
            old = find_unfinished(session, kind.name, digest, actor.id if actor else None)
        if old is not None:
            click.echo(f"goes on after {old.rows_done:,} rows", err=True)
            resume_import(rt, actor, old.id)
            return old.id
        import_id = begin_import(rt, actor, kind, file, path.name)
    try:
        correct_draft(rt, actor, import_id, replace(said, columns=None))
        correct_draft(rt, actor, import_id, Correction(columns=said.columns))
    except (FileRefused, SellingError):
        discard_draft(rt, actor, import_id)
        raise
    return import_id


def show_first_rows(rt: Runtime, actor: User | None, import_id: int) -> None:
    """How the file is read, and what would become of its first rows."""
    with rt.sessions.read() as session:
        one = session.get_one(Import, import_id)
    layout = Layout.recall(one.layout)
    click.echo(f"{layout.format} {layout.encoding}{layout.sheet}, headings in row "
               f"{layout.heading_row}")  # fmt: skip
    for place, (heading, name) in enumerate(zip(layout.headings, layout.columns, strict=True), 1):
        click.echo(f"  {place}. {heading or '?'} → {name or 'not used'}")
    for row in preview(rt, actor, one):
        faults = [fault.record() for fault in row.line.faults]
        click.echo(f"row {row.line.row}: {row.line.outcome} {say_faults(faults)}".rstrip())


def work_off(rt: Runtime, actor: User | None, import_id: int, path: Path) -> None:
    """Bring in all rows with a bar that shows how far it is."""
    one = start(rt, actor, import_id)
    try:
        with click.progressbar(length=one.rows_expected, label=path.name, file=sys.stderr) as bar:
            for one in finish_import(rt, import_id):
                bar.update(max(one.rows_done - bar.pos, 0))
    except KeyboardInterrupt:
        stop_import(rt, actor, import_id)
        click.echo("stopped; the same command goes on here", err=True)
        sys.exit(INTERRUPTED)
    report(rt, one, path)


def start(rt: Runtime, actor: User | None, import_id: int) -> Import:
    """Let a draft run; one that runs already is left to."""
    with rt.sessions.read() as session:
        one = session.get_one(Import, import_id)
    if one.state is ImportState.DRAFT:
        try:
            start_import(rt, actor, import_id)
        except SellingError:
            discard_draft(rt, actor, import_id)
            raise
    return one


def report(rt: Runtime, one: Import, path: Path) -> None:
    """What became of the rows; exit code 1 where some need a person."""
    click.echo(
        f"{one.rows_done:,} rows: {one.created_count:,} new, {one.changed_count:,} added to, "
        f"{one.same_count:,} known already, {one.failed_count:,} left out, "
        f"{one.partly_count:,} in part"
    )
    if one.trouble:
        click.echo(sentence(one.trouble["code"], one.trouble["params"]), err=True)
    if one.failed_count or one.partly_count:
        click.echo(f"what is wrong, by row: {write_mistakes(rt, one, path)}", err=True)
        sys.exit(1)


def write_mistakes(rt: Runtime, one: Import, path: Path) -> Path:
    """The rows that need a person, beside the file."""
    target = path.with_name(f"{path.stem}-errors.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        file.writelines(mistakes_csv(rt.sessions, one, "what is wrong", say_faults))
    return target
