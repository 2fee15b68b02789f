"""Bank statements (ISO 20022 camt.053) as rows of texts: one row for each payment that came in.

Only what is booked counts. Money that went out is none of our matter, but a payment that the bank
took back is: its amount is below nothing. A file with a DTD is refused before anything of it is
expanded; what an entry holds beyond the few things that we ask for is not looked at.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat  # every DTD is refused, so that there are no entities

from dialer.selling.importing.layout import MEGABYTE, FileRefused, Rows

HEADINGS: Final = ("payment_reference", "amount", "currency", "paid_on", "payer", "text")
FAMILY: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
DEEPEST: Final = 40
# One entry is in memory at a time: some ten thousand payments that were booked together.
MOST_ELEMENTS: Final = 200_000
LONGEST_ENTRY: Final = 16 * MEGABYTE
BLOCK: Final = MEGABYTE // 16
LONGEST_REFERENCE: Final = 120
NOT_GIVEN: Final = ("", "NOTPROVIDED", "NONREF")
BLANKS: Final = b" \t\r\n\xef\xbb\xbf\xff\xfe\0"


def looks_like_xml(sample: bytes) -> bool:
    """Whether a file begins as XML does, in whichever encoding."""
    return sample.lstrip(BLANKS).startswith(b"<")


def check_statement(file: BinaryIO) -> int:
    """The number of its rows. Raises FileRefused for what is no statement of this kind."""
    return sum(1 for _ in statement_rows(file))


def statement_rows(file: BinaryIO) -> Rows:
    """A heading, then the payments. Raises FileRefused where the file breaks off."""
    yield 1, list(HEADINGS)
    row = 1
    for entry in entries(file):
        for cells in payments_of(entry):
            row += 1
            yield row, cells


class Reader:
    """Hands out each entry when it is complete, and forgets it then."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = refuse_dtd
        self.depth = 0
        self.builder: TreeBuilder | None = None
        self.begun = self.elements = self.length = 0
        self.found: list[Element] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; the first says what kind of file this is."""
        space, _, name = tag.rpartition(" ")
        if self.depth == 0 and not (name == "Document" and space.startswith(FAMILY)):
            raise FileRefused("not_a_statement")
        self.depth += 1
        if self.depth > DEEPEST:
            raise FileRefused("not_a_statement")
        if name == "Ntry" and self.builder is None:
            self.builder, self.begun = TreeBuilder(), self.depth
            self.elements = self.length = 0
        if self.builder is not None:
            self.weigh(elements=1)
            self.builder.start(name, dict(attributes))

    def text(self, text: str) -> None:
        """What stands in it."""
        if self.builder is not None:
            self.weigh(length=len(text))
            self.builder.data(text)

    def weigh(self, elements: int = 0, length: int = 0) -> None:
        """Refuse an entry that would fill the memory."""
        self.elements += elements
        self.length += length
        if self.elements > MOST_ELEMENTS or self.length > LONGEST_ENTRY:
            raise FileRefused("broken_statement", row=self.parser.CurrentLineNumber)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self.builder is not None:
            self.builder.end(tag.rpartition(" ")[2])
            if self.depth == self.begun:
                self.found.append(self.builder.close())
                self.builder = None
        self.depth -= 1


def refuse_dtd(*_declared: object) -> None:
    """Entities can make a small file endless or read other files; no statement needs them."""
    raise FileRefused("xml_with_dtd")


def entries(file: BinaryIO) -> Iterator[Element]:
    """Each `Ntry`. Raises FileRefused."""
    reader = Reader()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            reader.parser.Parse(block, False)
            yield from reader.found
            reader.found.clear()
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileRefused("broken_statement", row=error.lineno) from None
    except (LookupError, ValueError):  # an encoding that nobody knows, or that expat cannot read
        raise FileRefused("broken_statement", row=1) from None


def payments_of(entry: Element) -> Iterator[list[str]]:
    """The rows of an entry: one for each of its payments, if their amounts make up the entry's."""
    sign = sign_of(entry)
    if sign is None:
        return
    parts = entry.findall("NtryDtls/TxDtls")
    amounts = [amount_of(part, currency_of(entry)) for part in parts]
    if len(parts) < 2 or not adds_up(entry, amounts):
        yield row_of(entry, entry.findtext("Amt", "").strip(), sign, parts, name_of(entry, parts))
        return
    whole = name_of(entry, [])
    for place, (part, amount) in enumerate(zip(parts, amounts, strict=True), 1):
        name = f"{whole}/{place}" if whole else name_of(entry, [part])
        yield row_of(entry, amount or "", sign, [part], name)


def sign_of(entry: Element) -> str | None:
    """Money in, a payment taken back ("-"), or None for what does not concern us."""
    state = entry.findtext("Sts/Cd") or entry.findtext("Sts") or "BOOK"
    is_credit = entry.findtext("CdtDbtInd", "").strip() == "CRDT"
    is_reversal = entry.findtext("RvslInd", "").strip() in ("true", "1")
    if state.strip() != "BOOK" or is_credit == is_reversal:
        return None
    return "" if is_credit else "-"


def currency_of(entry: Element) -> str:
    """The account's currency."""
    amount = entry.find("Amt")
    return amount.get("Ccy", "") if amount is not None else ""


def amount_of(part: Element, currency: str) -> str | None:
    """A payment's own amount, where it is told in the account's currency."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = part.find(path)
        if amount is not None and amount.get("Ccy") == currency:
            return (amount.text or "").strip()
    return None


def adds_up(entry: Element, amounts: list[str | None]) -> bool:
    """Whether the payments' amounts are all told, and come to the entry's."""
    try:
        told = [thousandths(amount) for amount in amounts if amount is not None]
        whole = thousandths(entry.findtext("Amt", ""))
    except ValueError:
        return False
    return len(told) == len(amounts) and sum(told) == whole


def thousandths(text: str) -> int:
    """An amount in units of 1/100,000, which is as fine as the format goes. Raises ValueError."""
    whole, _, rest = text.strip().partition(".")
    return int(whole + rest.ljust(5, "0")[:5])


def name_of(entry: Element, parts: list[Element]) -> str:
    """The bank's name of the payment, else of the entry; never what the payer chose."""
    own = [parts[0]] if len(parts) == 1 else []
    ways: tuple[tuple[list[Element], str], ...] = (
        ([entry], "AcctSvcrRef"), (own, "Refs/AcctSvcrRef"), (own, "Refs/TxId"),
        ([entry], "NtryRef"),
    )  # fmt: skip
    for places, path in ways:
        for place in places:
            name = place.findtext(path, "").strip()
            if name not in NOT_GIVEN:
                return name[: LONGEST_REFERENCE - 8]
    return ""


def row_of(entry: Element, amount: str, sign: str, parts: list[Element], name: str) -> list[str]:
    """One payment's cells, in the order of the headings."""
    return [
        name, f"{sign}{plain(amount)}", currency_of(entry), day_of(entry),
        joined(parts, payer_of), joined(parts, text_of) or entry.findtext("AddtlNtryInf", ""),
    ]  # fmt: skip


def plain(amount: str) -> str:
    """With a fraction that nobody takes for thousands: 1.500 is one and a half here."""
    whole, point, rest = amount.partition(".")
    return f"{whole}.{rest}0" if point and len(rest) == 3 else amount


def day_of(entry: Element) -> str:
    """The day on which the money counts: the value date, else the booking's."""
    for path in ("ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm"):
        day = entry.findtext(path, "").strip()
        if day:
            return day[:10]
    return ""


def joined(parts: list[Element], tell: Callable[[Element], str]) -> str:
    """What several payments say, in one cell."""
    return "; ".join(filter(None, map(tell, parts)))


def payer_of(part: Element) -> str:
    """Who paid."""
    for path in ("RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm", "RltdPties/UltmtDbtr/Nm"):
        name = part.findtext(path, "").strip()
        if name:
            return name
    return ""


def text_of(part: Element) -> str:
    """All that the payer wrote."""
    found = [
        node.text.strip()
        for path in (
            "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb",
            "RmtInf/Strd/AddtlRmtInf", "Refs/EndToEndId", "AddtlTxInf",
        )
        for node in part.findall(path)
        if node.text
    ]  # fmt: skip
    return " ".join(text for text in found if text not in NOT_GIVEN)
