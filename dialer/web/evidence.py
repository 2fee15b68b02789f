"""Everything that was decided about one number, replayed on today's rules, and as a file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.facts import Reached
from dialer.domain.gate import may_dial
from dialer.domain.verdict import NotUntil, Verdict
from dialer.models import AuditEntry, Contact, PhoneNumber
from dialer.models.evidence import (
    PAGE_SIZE,
    Entry,
    Judgement,
    entries,
    find_number,
    find_numbers,
    holders,
    judgements,
    recall_facts,
)
from dialer.models.logbook import csv_line, instant, number_digits
from dialer.models.numbers import zone_data_version
from dialer.sentences import explain
from dialer.web.context import current_user, runtime
from dialer.web.history import verdict_of
from dialer.web.language import page_language
from dialer.web.rule_words import BASES, consent_facts, country_name, weekday_names
from dialer.web.security import everyone, guard
from dialer.web.speech import gettext as _
from dialer.web.suppressions import source_words
from dialer.web.views import person

pages = guard(Blueprint("evidence", __name__))

PAST_WORDS: Mapping[Reached, LazyString] = {
    Reached.ATTEMPT: _l("tried"),
    Reached.CONNECTED: _l("answered"),
    Reached.CONVERSATION: _l("talked"),
    Reached.VOICEMAIL: _l("voicemail"),
    Reached.REFUSAL: _l("refused"),
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One judgement in the reader's words; `today` is what the same facts would get now."""

    judgement: Judgement
    sentence: str
    today: Verdict
    is_same: bool

    @property
    def today_sentence(self) -> str:
        """The answer of today's rules."""
        return explain(self.today, page_language())


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that is known of a number."""

    number: PhoneNumber
    contacts: tuple[Contact, ...]
    shown: tuple[Shown, ...]
    entries: tuple[Entry, ...]


@pages.get("/evidence")
@everyone
def search_page() -> ResponseReturnValue:
    """Find a number; one that is alone leads to its page."""
    typed = request.args.get("number", "")[:40]
    digits = number_digits(typed)
    with runtime().sessions.read() as session:
        found = find_numbers(session, current_user(), digits) if digits else ()
    if len(found) == 1:
        return redirect(url_for("evidence.number_page", number_id=found[0].id))
    return render_template("evidence/search.html", found=found, typed=typed)


@pages.get("/evidence/<int:number_id>")
@everyone
def number_page(number_id: int) -> ResponseReturnValue:
    """Every verdict on the number, newest first."""
    before = request.args.get("before", type=int)
    record = read_record(number_id, before=before, limit=PAGE_SIZE)
    return render_template(
        "evidence/number.html",
        record=record,
        before=before,
        older=record.shown[-1].judgement.row.id if len(record.shown) == PAGE_SIZE else None,
        policy_hash=runtime().policy.digest,
        zone_data=zone_data_version(),
        past_words=PAST_WORDS,
        source_words=source_words,
        closed_words=closed_words,
        country_name=country_name,
        consent_facts=consent_facts,
        bases=BASES,
    )


def closed_words(told: Mapping[str, Any]) -> str:
    """`Mon 12:00-14:00, until 2026-12-31`: what a person had asked for."""
    named = zip(weekday_names(), told["week"], strict=True)
    days = " · ".join(f"{day} {hours}" for day, hours in named if hours)
    return _("%(days)s, until %(day)s", days=days, day=told["until"]) if told["until"] else days


def read_record(number_id: int, *, before: int | None, limit: int | None) -> Record:
    """The number's record as far as the reader may see it; 404 for anybody else's."""
    user = current_user()
    with runtime().sessions.read() as session:
        number = find_number(session, user, number_id)
        if number is None:
            abort(404)
        found = judgements(session, user, number_id, before=before, limit=limit)
        return Record(
            number=number,
            contacts=tuple(holders(session, user, number_id)),
            shown=tuple(replayed(judgement, number) for judgement in found),
            entries=tuple(entries(session, number_id)),
        )


def replayed(judgement: Judgement, number: PhoneNumber) -> Shown:
    """A stored answer beside today's answer to the same question, asked for the same instant."""
    row = judgement.row
    then = verdict_of(row)
    now = may_dial(recall_facts(row, number), runtime().policy, row.at)
    return Shown(
        judgement=judgement,
        sentence=explain(then, page_language()),
        today=now,
        is_same=essence(then) == essence(now),
    )


def essence(verdict: Verdict) -> tuple[object, ...]:
    """What makes two answers the same: word, rule, opening and zones."""
    opening = verdict.instant if isinstance(verdict, NotUntil) else None
    return verdict.word, verdict.rule, opening, tuple(verdict.zones)


@pages.get("/evidence/<int:number_id>.csv")
@everyone
def export_csv(number_id: int) -> ResponseReturnValue:
    """The verdicts as CSV that no spreadsheet takes for formulas; who took it is noted."""
    record = read_record(number_id, before=None, limit=None)
    note_export(record.number, "csv")
    return download("".join(csv_of(record)), "text/csv", f"evidence-{number_id}.csv")


@pages.get("/evidence/<int:number_id>.json")
@everyone
def export_json(number_id: int) -> ResponseReturnValue:
    """The whole record as one JSON document; who took it is noted."""
    record = read_record(number_id, before=None, limit=None)
    note_export(record.number, "json")
    text = json.dumps(document_of(record), ensure_ascii=False, indent=1)
    return download(text, "application/json", f"evidence-{number_id}.json")


def download(text: str, kind: str, name: str) -> Response:
    """A file for the browser to keep."""
    disposition = f'attachment; filename="{name}"'
    return Response(text, mimetype=kind, headers={"Content-Disposition": disposition})


def note_export(number: PhoneNumber, form: str) -> None:
    """Who took the record of which number, and when."""
    rt = runtime()
    with rt.sessions.write() as session:
        session.add(
            AuditEntry(
                at=rt.now(), actor_id=current_user().id, action="evidence.export",
                subject_kind="number", subject_id=number.id, detail={"form": form},
            )
        )  # fmt: skip


def csv_of(record: Record) -> Iterator[str]:
    """A line for each verdict; Excel misreads Chinese without the mark at the beginning."""
    yield "\ufeff" + csv_line(header())
    for shown in record.shown:
        told = verdict_record(shown)
        cells = (
            told["id"], told["at"], told["asked_by"], record.number.e164, told["purpose"],
            told["mode"], told["verdict"], told["rule"], told["explanation"], told["not_until"],
            " ".join(told["zones"]), json.dumps(told["facts"], ensure_ascii=False),
            told["policy_hash"], told["zone_data"], told["call_id"], told["today"]["verdict"],
            told["today"]["rule"],
        )  # fmt: skip
        yield csv_line(["" if cell is None else str(cell) for cell in cells])


def header() -> tuple[str, ...]:
    """The names of the columns of `csv_of`."""
    return (
        _("Verdict number"), _("Asked at"), _("Asked by"), _("Number"), _("Purpose"), _("Mode"),
        _("Answer"), _("Rule"), _("Explanation"), _("Not before"), _("Time zones"), _("Facts"),
        _("Rules' hash"), _("Data"), _("Call number"), _("Answer today"), _("Rule today"),
    )  # fmt: skip


def document_of(record: Record) -> dict[str, Any]:
    """The record as JSON values; instants are RFC 3339 in UTC."""
    rt, number = runtime(), record.number
    return {
        "number": {
            "e164": number.e164, "hash": number.number_hash, "kind": number.kind,
            "region": number.region, "zones": number.zones,
        },
        "exported_at": instant(rt.now()),
        "exported_by": current_user().name,
        "today": {"policy_hash": rt.policy.digest, "zone_data": zone_data_version()},
        "verdicts": [verdict_record(shown) for shown in record.shown],
        "suppressions": [entry_record(entry) for entry in record.entries],
        "consents": [
            {"contact_id": contact.id, "contact": contact.name, "consent": contact.consent}
            for contact in record.contacts
        ],
    }  # fmt: skip


def verdict_record(shown: Shown) -> dict[str, Any]:
    """One verdict, with what the same facts would get today."""
    row, then, now = shown.judgement.row, verdict_of(shown.judgement.row), shown.today
    return {
        "id": row.id, "at": instant(row.at), "purpose": str(row.purpose), "mode": str(row.mode),
        "asked_by": shown.judgement.asker and person(shown.judgement.asker),
        **answer_record(then), "explanation": shown.sentence, "params": row.params,
        "zones": row.zones, "facts": row.facts, "policy_hash": row.policy_hash,
        "zone_data": row.zone_data, "call_id": shown.judgement.call_id,
        "today": {**answer_record(now), "same": shown.is_same},
    }  # fmt: skip


def answer_record(verdict: Verdict) -> Mapping[str, str | None]:
    """The answer itself."""
    opening = instant(verdict.instant) if isinstance(verdict, NotUntil) else None
    return {"verdict": verdict.word, "rule": verdict.rule, "not_until": opening}


def entry_record(entry: Entry) -> dict[str, Any]:
    """One suppression."""
    row = entry.row
    return {
        "reason": str(row.reason), "source": row.source, "by": entry.by and person(entry.by),
        "since": instant(row.created_at), "lifted_at": instant(row.lifted_at),
    }  # fmt: skip
