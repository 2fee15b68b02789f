"""Bringing in files: choosing one, checking how it is read, looking on, fetching the mistakes."""

from collections.abc import Callable, Mapping

import phonenumbers
from babel.numbers import get_currency_name
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from dialer.domain.words import SuppressionReason, UserRole
from dialer.models import Import, User
from dialer.models.imports import (
    ImportState,
    find_import,
    list_faulty,
    list_imports,
    same_file_before,
)
from dialer.runtime import Runtime
from dialer.selling.errors import BadValue, NotFound
from dialer.selling.importing.drafts import (
    Correction,
    begin_import,
    correct_draft,
    discard_draft,
    may_choose,
)
from dialer.selling.importing.kinds import Kind, Option
from dialer.selling.importing.layout import MAX_BYTES, MEGABYTE, FileRefused, Layout
from dialer.selling.importing.mistakes import mistakes_csv
from dialer.selling.importing.preview import preview
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.rows import RowOutcome
from dialer.selling.importing.start import resume_import, start_import, stop_import
from dialer.web import import_words as words
from dialer.web.context import current_user, problem, runtime, wants_json
from dialer.web.import_cells import count, show_value
from dialer.web.rule_words import country_name
from dialer.web.security import guard, roles
from dialer.web.speech import gettext as _
from dialer.web.views import locale
from dialer.web.words import label

pages = Blueprint("imports", __name__)


@pages.before_request
def allow_large_files() -> None:
    """Before anything reads the form; nobody but those who may import is read at all."""
    if request.endpoint == "imports.upload":
        request.max_content_length = MAX_BYTES + MEGABYTE


guard(pages)
bosses = roles(UserRole.SUPERVISOR, UserRole.ADMIN)
FAULTY_SHOWN = 50
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
MOST_COLUMNS = 300


@pages.get("/imports")
@bosses
def import_list() -> ResponseReturnValue:
    """Choose a file; below, what was brought in before."""
    return show_list(request.args.get("kind", ""), "")


def show_list(chosen: str, error: str) -> str:
    """The page, with the kind that was chosen and what is wrong with the file."""
    with runtime().sessions.read() as session:
        found = list_imports(session, current_user())
    return render_template(
        "imports/list.html",
        found=found,
        kinds=KINDS,
        chosen=chosen if chosen in KINDS else next(iter(KINDS)),
        error=error,
        words=words,
        count=count,
        most=MAX_BYTES // MEGABYTE,
        share=share_done,
    )


def share_done(one: Import) -> int:
    """Percent; an import that runs is never quite done."""
    if one.state is ImportState.DONE:
        return 100
    return min(99, 100 * one.rows_done // max(one.rows_expected, 1))


@pages.post("/imports")
@bosses
def upload() -> ResponseReturnValue:
    """Keep a file as a draft."""
    kind, file = KINDS.get(request.form.get("kind", "")), request.files.get("file")
    if kind is None:
        abort(400)
    if file is None or not file.filename:
        return refuse_file(kind.name, _("Choose a file first."), 422)
    try:
        stream = file.stream
        import_id = begin_import(runtime(), current_user(), kind, stream, file.filename)  # type: ignore[arg-type]
    except FileRefused as why:
        return refuse_file(kind.name, words.sentence(why.code, why.params), 422)
    where = url_for("imports.import_page", import_id=import_id)
    return jsonify({"ok": True, "url": where}) if wants_json() else redirect(where)


def refuse_file(chosen: str, sentence: str, status: int) -> ResponseReturnValue:
    """Why the file cannot be brought in, beside where it was chosen."""
    if wants_json():
        return problem(status, "file-refused", sentence)
    return show_list(chosen, sentence), status


@pages.errorhandler(RequestEntityTooLarge)
def refuse_large_file(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """More bytes than we take."""
    return refuse_file("", words.sentence("too_big", {"most": MAX_BYTES // MEGABYTE}), 413)


@pages.get("/imports/<int:import_id>")
@bosses
def import_page(import_id: int) -> ResponseReturnValue:
    """A draft to be checked, or how far an import is and what came of it."""
    one = find(import_id)
    return show_draft(one, {}) if one.state is ImportState.DRAFT else show_progress(one)


def find(import_id: int) -> Import:
    """An import that the reader may see; others are not there."""
    with runtime().sessions.read() as session:
        one = find_import(session, current_user(), import_id)
    if one is None:
        abort(404)
    return one


def show_draft(one: Import, errors: Mapping[str, str]) -> str:
    """The first rows as they would be read, and everything that can be corrected."""
    rt, kind = runtime(), KINDS[one.kind]
    try:
        rows, trouble = preview(rt, current_user(), one), ""
    except FileRefused as why:
        rows, trouble = [], words.sentence(why.code, why.params)
    with rt.sessions.read() as session:
        before = same_file_before(session, one)
    return render_template(
        "imports/draft.html",
        one=one,
        layout=Layout.recall(one.layout),
        kind=kind,
        rows=rows,
        trouble=trouble,
        errors=errors,
        before=before,
        tally={outcome: sum(row.line.outcome is outcome for row in rows) for outcome in RowOutcome},
        options=[option for option in kind.options if may_choose(current_user(), option)],
        choices=choices,
        regions=regions(),
        delimiters=DELIMITERS,
        words=words,
        count=count,
        show_value=show_value,
    )


def choices(option: Option) -> list[tuple[str, str]]:
    """An option's values and how they are called."""
    values = list(option.choices(runtime()))
    if not option.default and values:
        values.insert(0, "")
    return [(value, choice_name(option, value)) for value in values]


def choice_name(option: Option, value: str) -> str:
    """One value in the reader's words: our own, a word of the trade, or a country."""
    known = words.CHOICES.get(f"{option.name}.{value}")
    if known is not None:
        return str(known)
    if option.name == "reason":
        return label(SuppressionReason(value))
    if option.name == "currency":
        return f"{value} · {get_currency_name(value, locale=locale())}"
    return country_name(value)


def regions() -> list[tuple[str, str]]:
    """Countries by name, for numbers without a country code."""
    named = [(region, country_name(region)) for region in phonenumbers.SUPPORTED_REGIONS]
    return sorted(named, key=lambda one: one[1])


@pages.post("/imports/<int:import_id>/draft")
@bosses
def correct(import_id: int) -> ResponseReturnValue:
    """Read the draft in another way, and let it run if that was asked for."""
    one = find(import_id)
    if one.state is not ImportState.DRAFT:
        return redirect(url_for("imports.import_page", import_id=import_id))
    try:
        correct_draft(runtime(), current_user(), import_id, read_correction(KINDS[one.kind]))
        if request.form.get("deed") == "start":
            start_import(runtime(), current_user(), import_id)
    except NotFound:
        abort(404)
    except BadValue as error:
        return show_draft(find(import_id), {error.field: refusal(error)}), 422
    except FileRefused as why:
        sentence = words.sentence(why.code, why.params)
        return show_draft(find(import_id), {"encoding": sentence}), 422
    return redirect(url_for("imports.import_page", import_id=import_id))


def refusal(error: BadValue) -> str:
    """What to do about a choice that cannot be."""
    sentences = {
        "columns": _("Say for at least one column what it holds, and each thing only once."),
        "as_of": _("Say of which day the list is; it cannot lie ahead."),
    }
    return sentences.get(error.field, _("Choose one of those offered."))


def read_correction(kind: Kind) -> Correction:
    """What the form says; what it does not have stays as it is."""
    form = request.form
    columns = {
        place: form[f"column-{place}"] or None
        for place in range(MOST_COLUMNS)
        if f"column-{place}" in form
    }
    names = ("region", *(option.name for option in kind.options))
    return Correction(
        encoding=form.get("encoding"),
        delimiter=DELIMITERS.get(form["delimiter"], "") if "delimiter" in form else None,
        sheet=form.get("sheet"),
        heading_row=form.get("heading_row", type=int),
        columns=columns,
        options={name: form[name] for name in names if name in form},
    )


def show_progress(one: Import) -> str:
    """How far it is, or what came of it."""
    with runtime().sessions.read() as session:
        faulty = list_faulty(session, one.id, FAULTY_SHOWN)
    return render_template(
        "imports/import.html",
        one=one,
        faulty=faulty,
        needs_person=one.failed_count + one.partly_count,
        words=words,
        count=count,
        share=share_done(one),
        headings=Layout.recall(one.layout).headings,
    )


@pages.get("/imports/<int:import_id>/progress")
@bosses
def progress(import_id: int) -> ResponseReturnValue:
    """For the page's script."""
    one = find(import_id)
    return jsonify(
        {
            "state": one.state, "share": share_done(one), "rows": one.rows_done,
            "created": one.created_count, "changed": one.changed_count, "same": one.same_count,
            "failed": one.failed_count, "partly": one.partly_count,
        }
    )  # fmt: skip


@pages.post("/imports/<int:import_id>/stop")
@bosses
def stop(import_id: int) -> ResponseReturnValue:
    """Stop after the batch at hand."""
    return do(stop_import, import_id)


@pages.post("/imports/<int:import_id>/resume")
@bosses
def resume(import_id: int) -> ResponseReturnValue:
    """Go on."""
    return do(resume_import, import_id)


@pages.post("/imports/<int:import_id>/discard")
@bosses
def discard(import_id: int) -> ResponseReturnValue:
    """Forget a draft."""
    do(discard_draft, import_id)
    flash(_("The file is forgotten; nothing was brought in."), "talking")
    return redirect(url_for("imports.import_list"))


def do(verb: Callable[[Runtime, User, int], None], import_id: int) -> ResponseReturnValue:
    """One of the verbs on an import, and back to its page."""
    try:
        verb(runtime(), current_user(), import_id)
    except NotFound:
        abort(404)
    return redirect(url_for("imports.import_page", import_id=import_id))


@pages.get("/imports/<int:import_id>/errors.csv")
@bosses
def mistakes(import_id: int) -> ResponseReturnValue:
    """The rows that need a person, to be put right and brought in again."""
    one = find(import_id)
    lines = mistakes_csv(runtime().sessions, one, _("What is wrong"), words.say_faults)
    name = f"import-{one.id}-errors.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
