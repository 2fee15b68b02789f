"""Imports in the reader's words: kinds, columns, choices, and what is wrong with rows and files."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.models.imports import ImportState
from dialer.selling.importing.rows import RowOutcome

Words = Mapping[str, LazyString]

KINDS: Words = {
    "accounts": _l("Customers"),
    "receivables": _l("Receivables"),
    "payments": _l("Payments"),
    "suppressions": _l("Numbers not to be called"),
}
ABOUT: Words = {
    "accounts": _l("Companies, the people there and their numbers."),
    "receivables": _l("What customers owe: an invoice or an instalment in each row."),
    "payments": _l("Money that came in: a bank statement (camt.053), or a list as CSV or Excel."),
    "suppressions": _l("Opt-outs and do-not-call lists. Entries are only added, never lifted."),
}
COLUMNS: Words = {
    "account": _l("Company"),
    "contact": _l("Person"),
    "numbers": _l("Numbers"),
    "owner": _l("Owner (log-in name)"),
    "class": _l("Class"),
    "stage": _l("Stage"),
    "region": _l("Country or state"),
    "zone": _l("Time zone"),
    "role": _l("Role"),
    "language": _l("Language"),
    "temperament": _l("Temperament"),
    "consent": _l("Consent"),
    "consent_covers": _l("Consent: to calls by"),
    "consent_on": _l("Consent: given on"),
    "consent_proof": _l("Consent: proof"),
    "reason": _l("Reason"),
    "reference": _l("Invoice"),
    "amount": _l("Amount"),
    "currency": _l("Currency"),
    "due_on": _l("Due on"),
    "instalment": _l("Instalment number"),
    "paid_on": _l("Paid on"),
    "payment_reference": _l("The bank's reference"),
    "payer": _l("Payer"),
    "text": _l("What the payer wrote"),
}
OPTIONS: Words = {
    "region": _l("Numbers without country code"),
    "existing": _l("Customers that are known already"),
    "reason": _l("Reason, where the file says none"),
    "list": _l("This is the whole do-not-call list of"),
    "as_of": _l("The list is of"),
    "currency": _l("Currency, where the file says none"),
}
CHOICES: Words = {
    "existing.keep": _l("stay as they are; new people and numbers are added"),
    "existing.update": _l("take over what the file says"),
    "list.": _l("no country; single numbers"),
    "currency.": _l("none; the file says it"),
}
STATES: Mapping[ImportState, LazyString] = {
    ImportState.DRAFT: _l("To be checked"),
    ImportState.RUNNING: _l("Running"),
    ImportState.STOPPED: _l("Stopped"),
    ImportState.DONE: _l("Done"),
    ImportState.BROKEN: _l("Broken off"),
}
STATE_TONES = {
    ImportState.DRAFT: "closed",
    ImportState.RUNNING: "ringing",
    ImportState.STOPPED: "late",
    ImportState.DONE: "talking",
    ImportState.BROKEN: "over",
}
OUTCOMES: Mapping[RowOutcome, LazyString] = {
    RowOutcome.CREATED: _l("new"),
    RowOutcome.CHANGED: _l("added to"),
    RowOutcome.SAME: _l("known already"),
    RowOutcome.FAILED: _l("left out"),
}
OUTCOME_TONES = {
    RowOutcome.CREATED: "talking",
    RowOutcome.CHANGED: "ringing",
    RowOutcome.SAME: "closed",
    RowOutcome.FAILED: "over",
}
ENCODING_NAMES = {
    "utf-8-sig": "UTF-8",
    "gb18030": "GBK / GB18030",
    "cp950": "Big5",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
}
DELIMITERS: Words = {
    ",": _l("comma"),
    ";": _l("semicolon"),
    "\t": _l("tab"),
    "|": _l("vertical bar"),
}
FAULTS: Words = {
    # cells
    "missing": _l("Nothing stands here, but it is needed."),
    "too_long": _l("Longer than %(most)s characters."),
    "encoding": _l("Characters were lost. Choose another encoding, or save the file as UTF-8."),
    "formula": _l("A formula; only its result can be read. Save the values instead."),
    "sheet_error": _l("The spreadsheet itself shows an error here: %(text)s."),
    "unknown_word": _l("“%(text)s” is none of the words that are known here."),
    "out_of_range": _l("“%(text)s” is no whole number from %(least)s to %(most)s."),
    "not_a_date": _l("“%(text)s” is no date."),
    "ambiguous_date": _l("“%(text)s” may be two days. Write it like 2026-03-31."),
    "ahead": _l("This day lies ahead."),
    "not_an_amount": _l("“%(text)s” is no amount."),
    "ambiguous_amount": _l("“%(text)s” may be two amounts. Write it like 1234.50."),
    "unknown_region": _l("“%(text)s” is no country or state that is known, such as CN or US-FL."),
    "unknown_zone": _l("“%(text)s” is no time zone such as Asia/Shanghai."),
    # numbers
    "digits_lost": _l(
        "“%(text)s”: the spreadsheet has dropped digits. Format the column as text and enter the "
        "number again."
    ),
    "extension": _l("“%(text)s” has an extension, which cannot be rung. Enter a direct number."),
    "too_many_numbers": _l("More than %(most)s numbers in one cell."),
    "number_letters": _l("“%(text)s” has more than digits."),
    "number_extension": _l(
        "“%(text)s” has an extension, which cannot be rung. Enter a direct number."
    ),
    "number_unparsable": _l("“%(text)s” is no telephone number."),
    "number_invalid": _l("“%(text)s” is not a number that exists."),
    "number_short": _l("“%(text)s” is a short number, which cannot be rung from here."),
    "number_emergency": _l("“%(text)s” is an emergency number, which is never rung."),
    "number_elsewhere": _l("%(text)s belongs to another customer already: %(account)s"),
    "number_elsewhere_hidden": _l("%(text)s belongs to a customer of another team already."),
    # rows
    "unknown_owner": _l("There is no active user “%(name)s”."),
    "owner_elsewhere": _l("“%(name)s” is of another team; you cannot give customers to them."),
    "consent_unproven": _l(
        "A consent counts with its day and its proof (a form, a recording, a contract). The rest "
        "of the row came in."
    ),
    "consent_withdrawn": _l("Consent was withdrawn on %(day)s, after the day in the file."),
    "not_yours": _l("This customer belongs to another team."),
    # money
    "unknown_currency": _l("“%(text)s” is no currency such as CNY."),
    "no_currency": _l("In which currency? Name a column, or choose one for the whole file."),
    "two_currencies": _l("Two currencies in one row: %(text)s and %(other)s."),
    "not_above_zero": _l(
        "Not above 0. Money that went out is not brought in; if the bank took a payment back, "
        "return it on the page Payments."
    ),
    "too_many_decimals": _l("%(currency)s has %(most)s decimals at most."),
    "too_much": _l("This is more than can be owed or paid."),
    "odd_day": _l("“%(text)s” is not in this century."),
    "unknown_account": _l("There is no customer of this name. Bring in the customers first."),
    "several_accounts": _l("There are several customers of this name."),
    "unknown_contact": _l("There is no “%(name)s” at this customer."),
    "nobody_there": _l("Nobody is known at this customer who could be asked for it."),
    "differs": _l(
        "%(reference)s is known with another amount, day, currency or instalments. An invoice is "
        "not changed by a file."
    ),
    "not_open": _l("%(reference)s is disputed or withdrawn; nothing is added to it."),
    # files
    "empty_file": _l("There is nothing in this file."),
    "too_big": _l("The file is larger than %(most)s MB. Split it."),
    "old_excel": _l(
        "This is an old Excel file (.xls), or one that is locked by a password. Save it as .xlsx "
        "or CSV without a password."
    ),
    "not_a_table": _l("This is neither CSV nor Excel (.xlsx). Save your sheet as one of them."),
    "not_a_statement": _l("This is XML, but no bank statement in the format camt.053."),
    "broken_statement": _l("The bank statement is damaged at line %(row)s. Fetch it once more."),
    "xml_with_dtd": _l(
        "This XML file brings its own definitions (a DTD), which no bank statement needs. It was "
        "not read."
    ),
    "unpacks_to_too_much": _l("This workbook unpacks to far too much. Save it as CSV."),
    "too_many_rows": _l("The file has more than %(most)s rows. Split it."),
    "too_many_columns": _l("Row %(row)s has more than %(most)s columns. Delete those not needed."),
    "broken_file": _l("The workbook is damaged at row %(row)s. Save it again, or as CSV."),
    "file_gone": _l("The file was not stored completely. Choose it again."),
    # endings
    "crashed": _l(
        "Something went wrong on our side; it has been noted. What is in stays in. Go on, or ask "
        "your administrator."
    ),
    "payments_wait": _l("Some of the money waits for a person's decision, on the page Payments."),
    "list_not_registered": _l(
        "The numbers are in, but the list does not count as renewed: some rows were left out, or "
        "nobody is named who brought it in. Put those rows right and bring in the whole list again."
    ),
}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong, in the reader's language."""
    if code == "number_elsewhere" and not params.get("account"):
        code = "number_elsewhere_hidden"
    return str(FAULTS[code]) % params if params else str(FAULTS[code])


def column_label(name: str) -> str:
    """A column's name."""
    return str(COLUMNS[name])


def say_faults(faults: Iterable[Mapping[str, Any]]) -> str:
    """All that is wrong with a row, each with its column."""
    return " ".join(
        f"[{column_label(fault['column'])}] {sentence(fault['code'], fault['params'])}"
        if fault["column"]
        else sentence(fault["code"], fault["params"])
        for fault in faults
    )
