"""What customers owe and what they paid, from files: once, to the cent, and nothing lost."""

from datetime import date

import pytest
import sqlalchemy as sa

from dialer.domain.money import PaymentState, ReceivableState
from dialer.domain.words import ContactRole, UserRole
from dialer.models import Contact, Payment, Receivable
from dialer.selling.disputes import dispute
from dialer.selling.importing.layout import FileRefused
from dialer.selling.payments import NewPayment, receive_payment
from tests.make import make_account, make_contact, make_team
from tests.selling.importing.bringing import book, bring, counts, faults, user
from tests.selling.owing import TODAY, owe, receivable, rep
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")

OWED = "客户名称,发票号,金额,币种,到期日\n"
PAID = "交易流水号,金额,币种,交易日期,附言,付款人\n"
PARTS = "公司,合同号,期数,应收金额,到期日\n"


def debts(world: World) -> list[tuple[str, int, str, date]]:
    with world.sessions.read() as session:
        rows = session.scalars(sa.select(Receivable).order_by(Receivable.id))
        return [(row.reference, row.amount_minor, row.currency, row.due_on) for row in rows]


def payments(world: World) -> list[tuple[str, int, str]]:
    with world.sessions.read() as session:
        rows = session.scalars(sa.select(Payment).order_by(Payment.id))
        return [(row.payment_reference, row.amount_minor, row.state) for row in rows]


def test_what_is_owed_comes_from_a_file_once(world: World) -> None:
    text = OWED + '华东机械,INV-9,"¥1,234.50",RMB,2026年3月31日\n华东机械,JP-1,500,JPY,2026-04-01\n'
    assert counts(bring(world, "receivables", text)) == (2, 0, 0, 0, 0)
    assert counts(bring(world, "receivables", text)) == (0, 0, 2, 0, 0)
    assert debts(world) == [
        ("INV-9", 123450, "CNY", date(2026, 3, 31)), ("JP-1", 500, "JPY", date(2026, 4, 1)),
    ]  # fmt: skip


def test_money_is_asked_of_whoever_pays_or_is_named(world: World) -> None:
    with world.sessions.write() as session:
        account = session.get_one(Contact, world.here.contact_id).account
        assert account is not None
        payer = make_contact(
            session, world.rt.now(), account, "会计", "+8613900139000", role=ContactRole.PAYER
        )
    bring(world, "receivables", OWED + "华东机械,A,1,CNY,2026-03-31\n")
    named = "公司,联系人,单号,金额,币种,到期日\n华东机械,张伟,B,1,CNY,2026-03-31\n"
    bring(world, "receivables", named + "华东机械,没有,C,1,CNY,2026-03-31\n")
    with world.sessions.read() as session:
        asked = session.execute(sa.select(Receivable.reference, Receivable.contact_id)).all()
    assert [tuple(row) for row in asked] == [("A", payer.id), ("B", world.here.contact_id)]


def test_instalments_make_up_one_debt_whichever_file_they_come_in(world: World) -> None:
    first = PARTS + "华东机械,C-1,1,100,2026-03-10\n华东机械,C-1,第2期,200,2026-04-10\n"
    assert counts(bring(world, "receivables", first, currency="CNY")) == (1, 1, 0, 0, 0)
    more = first + "华东机械,C-1,3,50.5,2026-05-10\n"
    assert counts(bring(world, "receivables", more, currency="CNY")) == (0, 1, 2, 0, 0)
    assert debts(world) == [("C-1", 35050, "CNY", date(2026, 5, 10))]


def test_a_paid_debt_is_open_again_when_an_instalment_joins_it(world: World) -> None:
    first = PARTS + "华东机械,C-1,1,100,2026-03-10\n"
    bring(world, "receivables", first, currency="CNY")
    bring(world, "payments", PAID + "b-1,100,CNY,2026-03-02,C-1,\n")
    assert receivable(world, 1).state is ReceivableState.PAID
    bring(world, "receivables", first + "华东机械,C-1,2,30,2026-04-10\n", currency="CNY")
    assert (receivable(world, 1).state, receivable(world, 1).open_minor) == ("open", 3000)


def test_a_file_does_not_change_an_invoice(world: World) -> None:
    bring(world, "receivables", OWED + "华东机械,INV-9,100,CNY,2026-03-31\n")
    before = debts(world)
    wrong = OWED + "".join(
        f"华东机械,INV-9,{amount},{currency},{day}\n"
        for amount, currency, day in (
            (101, "CNY", "2026-03-31"), (100, "TWD", "2026-03-31"), (100, "CNY", "2026-04-01"),
        )
    )  # fmt: skip
    one = bring(world, "receivables", wrong)
    assert faults(world, one.id) == [(row, "reference", "differs") for row in (2, 3, 4)]
    assert debts(world) == before


def test_nothing_is_added_to_what_is_disputed(world: World) -> None:
    first = PARTS + "华东机械,C-1,1,100,2026-03-10\n"
    bring(world, "receivables", first, currency="CNY")
    dispute(world.rt, rep(world), 1, "never delivered")
    more = bring(world, "receivables", first + "华东机械,C-1,2,9,2026-04-10\n", currency="CNY")
    assert faults(world, more.id) == [(3, "reference", "not_open")]
    assert receivable(world, 1).amount_minor == 10000


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("无此公司,A,1,CNY,2026-03-31", "account", "unknown_account"),
        ("华东机械,A,0,CNY,2026-03-31", "amount", "not_above_zero"),
        ("华东机械,A,(5.00),CNY,2026-03-31", "amount", "not_above_zero"),
        ("华东机械,A,1.005,CNY,2026-03-31", "amount", "ambiguous_amount"),
        ("华东机械,A,1.0051,CNY,2026-03-31", "amount", "too_many_decimals"),
        ("华东机械,A,0.5,JPY,2026-03-31", "amount", "too_many_decimals"),
        ("华东机械,A,99999999999999999,CNY,2026-03-31", "amount", "too_much"),
        ("华东机械,A,1,,2026-03-31", "currency", "no_currency"),
        ("华东机械,A,1,XXX,2026-03-31", "currency", "unknown_currency"),
        ("华东机械,A,US$1,CNY,2026-03-31", "currency", "two_currencies"),
        ("华东机械,A,1,CNY,2026-02-30", "due_on", "not_a_date"),
        ("华东机械,A,1,CNY,1999-12-31", "due_on", "odd_day"),
        ("华东机械,=1+1,1,CNY,2026-03-31", "reference", "formula"),
    ],
)
def test_what_is_no_debt_is_left_out_with_the_reason(
    world: World, row: str, column: str, code: str
) -> None:
    one = bring(world, "receivables", OWED + row + "\n华东机械,GOOD,1,CNY,2026-03-31\n")
    assert faults(world, one.id) == [(2, column, code)]
    assert [debt[0] for debt in debts(world)] == ["GOOD"]


def test_a_supervisor_brings_in_debts_of_customers_that_they_see(world: World) -> None:
    with world.sessions.write() as session:
        west = make_team(session, "West").id
        make_account(
            session, world.rt.now(), "远方", owner_id=world.here.other_rep_id, team_id=west
        )
    chief = user(world, world.here.rep_id, role=UserRole.SUPERVISOR)
    one = bring(world, "receivables", OWED + "远方,A,1,CNY,2026-03-31\n", actor=chief)
    assert faults(world, one.id) == [(2, "account", "unknown_account")]


def test_a_list_of_payments_books_once_and_leaves_doubts_to_people(world: World) -> None:
    receivable_id = owe(world)
    text = PAID + "b-1,1000.00,CNY,2026-03-02,INV-7,华东机械\nb-2,77,CNY,2026-03-02,?,谁\n"
    one = bring(world, "payments", text)
    assert counts(one) == (2, 0, 0, 0, 0)
    assert one.trouble == {"code": "payments_wait", "params": {}}
    assert counts(bring(world, "payments", text + "b-3,234.5,CNY,2026-03-02,INV-7,\n")) == (
        1, 0, 2, 0, 0,
    )  # fmt: skip
    assert receivable(world, receivable_id).state is ReceivableState.PAID
    assert payments(world) == [
        ("b-1", 100000, "matched"), ("b-2", 7700, "unmatched"), ("b-3", 23450, "matched"),
    ]  # fmt: skip


def test_a_payment_told_by_a_program_and_a_file_is_one(world: World) -> None:
    owe(world)
    new = NewPayment(amount_minor=100, currency="CNY", paid_on=TODAY, payment_reference="b-1")
    receive_payment(world.rt, rep(world), new)
    one = bring(world, "payments", PAID + "b-1,1,CNY,2026-03-02,INV-7,\n")
    assert counts(one) == (0, 0, 1, 0, 0)


def test_two_same_rows_of_a_file_are_one_payment_and_two_that_differ_are_looked_at(
    world: World,
) -> None:
    receivable_id = owe(world)
    row = "b-1,10,CNY,2026-03-02,INV-7,\n"
    one = bring(world, "payments", PAID + row + row + "b-1,20,CNY,2026-03-02,INV-7,\n")
    assert counts(one) == (2, 0, 1, 0, 0)
    assert receivable(world, receivable_id).paid_minor == 1000
    assert payments(world)[1][2] is PaymentState.DOUBTFUL


def test_money_from_tomorrow_or_without_its_reference_is_left_out(world: World) -> None:
    text = PAID + "b-1,10,CNY,2026-03-09,INV-7,\n,10,CNY,2026-03-02,INV-7,\n"
    one = bring(world, "payments", text)
    assert faults(world, one.id) == [(2, "paid_on", "ahead"), (3, "payment_reference", "missing")]
    assert payments(world) == []


def test_a_workbook_of_payments_is_read_as_well(world: World) -> None:
    receivable_id = owe(world)
    rows: list[list[object]] = [
        ["Date", "Amount", "Payment reference", "Details"],
        [TODAY, 1234.5, "b-1", "INV 7"],
    ]
    assert counts(bring(world, "payments", book(rows), currency="CNY")) == (1, 0, 0, 0, 0)
    assert receivable(world, receivable_id).state is ReceivableState.PAID


HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def statement(*entries: str, space: str = SPACE) -> str:
    return (
        f'{HEAD}<Document xmlns="{space}"><BkToCstmrStmt><Stmt><Id>1</Id>'
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )


def entry(amount: str, *details: str, **fields: str) -> str:
    told = {"CdtDbtInd": "CRDT", "Sts": "<Cd>BOOK</Cd>", "AcctSvcrRef": "bank-1", **fields}
    rest = "".join(f"<{name}>{text}</{name}>" for name, text in told.items())
    parts = "".join(f"<TxDtls>{detail}</TxDtls>" for detail in details)
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt>{rest}<ValDt><Dt>2026-03-02</Dt></ValDt>'
        f"<NtryDtls>{parts}</NtryDtls></Ntry>"
    )


def paid_for(text: str, amount: str = "") -> str:
    own = f'<Amt Ccy="CNY">{amount}</Amt>' if amount else ""
    return (
        f"<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{own}<RltdPties><Dbtr><Pty><Nm>华东机械"
        f"</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>"
    )


def test_a_bank_statement_books_once(world: World) -> None:
    receivable_id = owe(world)
    text = statement(entry("1234.50", paid_for("Rechnung INV-7 &amp; Dank")))
    assert counts(bring(world, "payments", text)) == (1, 0, 0, 0, 0)
    assert counts(bring(world, "payments", text)) == (0, 0, 1, 0, 0)
    assert receivable(world, receivable_id).state is ReceivableState.PAID
    with world.sessions.read() as session:
        row = session.scalars(sa.select(Payment)).one()
    assert (row.payer, row.paid_on, row.text) == ("华东机械", TODAY, "Rechnung INV-7 & Dank")


def test_payments_that_were_booked_together_are_told_apart(world: World) -> None:
    owe(world), owe(world, reference="INV-8", amount_minor=500)
    parts = paid_for("INV-7", "1234.50"), paid_for("INV-8", "5.000")
    bring(world, "payments", statement(entry("1239.50", *parts)))
    assert payments(world) == [("bank-1/1", 123450, "matched"), ("bank-1/2", 500, "matched")]


def test_parts_that_do_not_come_to_the_whole_stay_together_for_a_person(world: World) -> None:
    owe(world), owe(world, reference="INV-8", amount_minor=500)
    parts = paid_for("INV-7", "1234.50"), paid_for("INV-8")
    bring(world, "payments", statement(entry("1240.50", *parts)))
    assert payments(world) == [("bank-1", 124050, "doubtful")]


def test_only_booked_money_that_came_in_counts_and_what_was_taken_back_is_said(
    world: World,
) -> None:
    text = statement(
        entry("1", Sts="<Cd>PDNG</Cd>"), entry("2", CdtDbtInd="DBIT"),
        entry("3", CdtDbtInd="DBIT", RvslInd="true"), entry("4", CdtDbtInd="CRDT", RvslInd="true"),
        entry("5", Sts="BOOK"),
    )  # fmt: skip
    one = bring(world, "payments", text)
    assert faults(world, one.id) == [(2, "amount", "not_above_zero")]
    assert [payment[1] for payment in payments(world)] == [500]


WIDE = HEAD.replace("UTF-8", "UTF-16") + '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>'
BOMB = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEAD + BOMB + statement()[len(HEAD):].replace("<Id>1", "<Id>&b;"), "xml_with_dtd"),
        (WIDE.encode("utf-16"), "xml_with_dtd"),
        (statement(space="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"), "not_a_statement"),
        ("<html><body>log in first</body></html>", "not_a_statement"),
        (statement()[:-20], "broken_statement"),
        (statement(entry("1", "<a/>" * 200_001)), "broken_statement"),
        (statement(entry("1", "a" * 17_000_000)), "broken_statement"),
        (statement("<a>" * 1000 + "</a>" * 1000), "not_a_statement"),
        ('<?xml version="1.0" encoding="klingon"?><d/>', "broken_statement"),
    ],
)  # fmt: skip
def test_xml_that_is_no_statement_is_refused(world: World, content: str | bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        bring(world, "payments", content)
    assert refused.value.code == code
