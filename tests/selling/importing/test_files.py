"""Messy files: every encoding, delimiter and format that offices send, and what is no table."""

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest

from dialer.selling.importing.accounts import ACCOUNTS
from dialer.selling.importing.drafts import guess
from dialer.selling.importing.layout import FileRefused, Layout
from dialer.selling.importing.registry import KINDS
from dialer.selling.importing.survey import survey
from dialer.selling.importing.tables import open_rows
from dialer.selling.importing.work import data_lines
from tests.selling.importing.bringing import book

HINTS = [word for column in ACCOUNTS.columns for word in column.headings if not word.isascii()]
SIMPLE = "公司名称,联系人,电话\n华东机械,张伟,13800138000\n上海电气,李娜,021-55550190\n"
TAIWAN = "公司名稱,聯絡人,電話\n台灣積體電路,王大明,0912345678\n"
EUROPE = "Company;Contact;Phone\nMüller & Söhne;Jürgen Groß;+49 30 901820\n"
DAY = date(2026, 3, 2)
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(content: bytes) -> tuple[Layout, list[list[str]]]:
    """How it is read, and the rows below the headings."""
    file = io.BytesIO(content)
    layout = guess(file, survey(file, HINTS).layout, KINDS["accounts"])
    return layout, [line.cells for line in data_lines(file, layout)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"]
)
def test_simplified_chinese_is_read_in_every_encoding(encoding: str) -> None:
    layout, rows = read(SIMPLE.encode(encoding))
    assert rows[0] == ["华东机械", "张伟", "13800138000"]
    assert layout.columns == ("account", "contact", "numbers")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "big5", "cp950", "utf-16-be"])
def test_traditional_chinese_is_read_in_every_encoding(encoding: str) -> None:
    assert read(TAIWAN.encode(encoding))[1] == [["台灣積體電路", "王大明", "0912345678"]]


def test_an_encoding_is_told_without_headings_that_are_known() -> None:
    names = "張偉明,陳淑芬,林志豪,黃美玲,臺北市中山區\n" * 5
    assert read(names.encode("big5"))[0].encoding == "cp950"
    plain = "张伟明,陈淑芬,林志豪,黄美玲,上海市浦东新区\n" * 5
    assert read(plain.encode("gbk"))[0].encoding == "gb18030"


def test_western_european_text_is_not_taken_for_chinese() -> None:
    layout, rows = read(EUROPE.encode("cp1252"))
    assert (layout.encoding, layout.delimiter) == ("cp1252", ";")
    assert rows[0][0] == "Müller & Söhne"


def test_characters_far_down_in_the_file_tell_the_encoding_too() -> None:
    text = "Company,Contact,Phone\n" + "Oak,Ann,13900139000\n" * 9_000 + SIMPLE.splitlines()[1]
    assert read(text.encode("gbk"))[1][-1][0] == "华东机械"


def test_one_broken_character_does_not_change_the_encoding() -> None:
    content = (SIMPLE * 20).encode() + b"\xe5\xbc,\xff,1\n"
    layout, rows = read(content)
    assert layout.encoding == "utf-8-sig"
    assert "\ufffd" in rows[-1][0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told(delimiter: str) -> None:
    text = f"sep={delimiter}\n" + SIMPLE.replace(",", delimiter)
    assert read(text.encode())[1][0] == ["华东机械", "张伟", "13800138000"]
    assert read(SIMPLE.replace(",", delimiter).encode())[0].delimiter == delimiter


def test_quotes_line_ends_and_empty_rows_are_what_they_mean() -> None:
    text = 'Company,Phone\r"Oak, ""Ltd""\nMiami",13900139000\r\r,,\r'
    assert read(text.encode())[1] == [['Oak, "Ltd"\nMiami', "13900139000"]]


def test_the_headings_again_in_the_middle_are_no_row() -> None:
    assert len(read((SIMPLE + SIMPLE).encode())[1]) == 4


def test_a_workbook_is_read_as_it_is_shown() -> None:
    rows: list[list[Any]] = [
        ["客户名单", None, None, None],
        ["公司", "电话", "等级", "日期"],
        ["华东机械", 13800138000, "A", datetime.combine(DAY, time())],
        [None, None, None, None],
        ["成都仪器", 13900139000.0, True, DAY],
        ["=1+1", "+86 139", 1.5, datetime.combine(DAY, time(10, 30))],
    ]
    layout, found = read(book(rows, 备注=[["x"]]))
    assert layout.sheets == ("Sheet", "备注")
    assert found == [
        ["华东机械", "13800138000", "A", "2026-03-02"],
        ["成都仪器", "13900139000", "TRUE", "2026-03-02"],
        ["", "+86 139", "1.5", "2026-03-02 10:30:00"],  # nobody has worked the formula out
    ]


def sheet(rows: str) -> str:
    """The part of a workbook that holds the cells."""
    return (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'
    )


def test_shared_rich_text_is_plain_text_without_its_pronunciation() -> None:
    shared = (
        f'<sst xmlns="{MAIN}"><si><t>公司</t></si><si><t>电话</t></si>'
        "<si><r><t>华东</t></r><r><t>机械</t></r><rPh><t>huadong</t></rPh></si></sst>"
    )
    rows = (
        '<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
        '<row r="2"><c t="s"><v>2</v></c><c><v>1.3800138E10</v></c></row>'
    )
    types = "[Content_Types].xml"
    content = changed(book([["a"]]), SHEET, sheet(rows))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        known = archive.read(types).decode()
    told = known.replace(
        "</Types>", f'<Override PartName="/{TEXTS}" ContentType="{TYPE}"/></Types>'
    )
    content = changed(changed(content, types, told), TEXTS, shared)
    assert read(content)[1] == [["华东机械", "13800138000"]]


def changed(content: bytes, name: str, text: str | bytes) -> bytes:
    """A workbook with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for part in {*old.namelist(), name}:
            new.writestr(part, text if part == name else old.read(part))
    return out.getvalue()


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


BOMB = b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>"
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" , ,\n,,\n", "empty_file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, "not_a_table"),
        (b"%PDF-1.7\n\0\1\2\3" * 50, "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "not_a_table"),
        (b"PK\x03\x04 cut off", "not_a_table"),
        (changed(book([["a"]]), SHEET, DOCTYPE), "not_a_table"),
        (changed(book([["a"]]), SHEET, DOCTYPE.encode("utf-16")), "not_a_table"),
        (changed(book([["a"]]), SHEET, BOMB), "unpacks_to_too_much"),
        (changed(book([["a"]]), SHEET, sheet('<row r="1"/><row')), "broken_file"),
        (",".join(["a"] * 301).encode() + b"\n", "too_many_columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert refused.value.code == code


def test_a_file_has_an_end() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b"Oak,13900139000\n" * 65_536

    with pytest.raises(FileRefused, match="too_big"):
        survey(Endless(), [])


def test_a_file_has_not_more_rows_than_anybody_can_mean() -> None:
    rows = open_rows(io.BytesIO(b"1\n" * 2_000_001), Layout(format="csv", encoding="utf-8-sig",
                                                            delimiter=","))  # fmt: skip
    with pytest.raises(FileRefused, match="too_many_rows"):
        for _row in rows:
            pass
