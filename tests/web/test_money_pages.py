"""What people see of money, and what they decide about it, as a browser would ask."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from dialer.domain.credit import MarkKind, Terms
from dialer.domain.money import PaymentState, PromiseState, ReceivableState
from dialer.domain.words import Purpose
from dialer.models import Account
from dialer.models.account_money import deals_of, open_marks
from dialer.selling.disputes import dispute
from dialer.selling.judging import judge_promises
from dialer.selling.promises import NewPromise, promise_payment
from dialer.selling.terms import note_rumour
from tests.make import make_account, make_contact, make_receivable, make_team
from tests.selling.owing import TODAY, boss, owe, pay, payment, promise, receivable, rep
from tests.web.conftest import Come
from tests.web.logged import log_call
from tests.web.talking import talk
from tests.web.visitor import Visitor
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")

OLD = TODAY - timedelta(days=100)
SHOUT = "=HYPERLINK(1)"


@pytest.fixture
def chief(world: World, come: Come) -> Visitor:
    """A supervisor."""
    boss(world)
    visitor = come("chen.jie")
    visitor.get("/settings")
    return visitor


def rename(world: World, name: str) -> None:
    with world.sessions.write() as session:
        session.get_one(Account, world.here.account_id).name = name


def owe_elsewhere(world: World) -> int:
    """Another team's customer owes."""
    with world.sessions.write() as session:
        team, now = make_team(session, "West").id, world.rt.now()
        owner = world.here.other_rep_id
        account = make_account(session, now, "西方机械", owner_id=owner, team_id=team)
        contact = make_contact(session, now, account, "李四", "+8613900139000")
        return make_receivable(session, now, contact, reference="W-1").id


def agreed(world: World, receivable_id: int) -> int:
    call_id = log_call(world, purpose=Purpose.COLLECTION)
    new = NewPromise(
        receivable_id=receivable_id, call_id=call_id, amount_minor=100000, due_on=TODAY
    )
    return promise_payment(world.rt, rep(world), new)


# The statement.


def test_the_statement_shows_what_is_open_by_age(world: World, chief: Visitor) -> None:
    owe(world), owe(world, reference="OLD-1", amount_minor=500, due_on=OLD)
    owe(world, reference="JP-1", amount_minor=900, currency="JPY", due_on=TODAY)
    page = chief.get("/money").text
    for shown in ("CN¥1,239.50", "CN¥1,234.50", "CN¥5.00", "¥900", "2 invoices"):
        assert shown in page
    assert "CN¥1,234.50" not in chief.get("/money?age=over_90").text.partition("<tbody>")[2]
    by_owner = page.partition("By owner")[2].partition("</tbody>")[0]
    assert "CN¥1,239.50" in by_owner
    assert "王敏" in by_owner


def test_one_customers_statement_lists_invoices_and_their_parts(
    world: World, chief: Visitor
) -> None:
    owe(world)
    page = chief.get(f"/money?account={world.here.account_id}").text
    assert "INV-7" in page
    assert "Feb 20: CN¥1,234.50" in page


def test_a_rep_sees_what_the_own_customers_owe(world: World, come: Come) -> None:
    owe(world)
    assert "CN¥1,234.50" in come().get("/money").text
    assert "CN¥1,234.50" not in come("liu.fang").get("/money").text
    assert come("liu.fang").get(f"/money?account={world.here.account_id}").status_code == 404


def test_the_workbook_holds_numbers_and_no_formula(world: World, chief: Visitor) -> None:
    rename(world, SHOUT)
    owe(world, reference="-1+1"), owe(world, reference="@A1", amount_minor=500, currency="JPY")
    answer = chief.get("/money/statement.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data))
    sums, owners, rows = (list(book[name].iter_rows()) for name in book.sheetnames)
    assert [cell.value for cell in owners[1]][:4] == ["王敏", "CNY", 0, 1234.5]
    assert [cell.value for cell in sums[1]] == [
        SHOUT, "王敏", "CNY", 0, 1234.5, 0, 0, 0, 1234.5,
    ]  # fmt: skip
    assert (rows[1][2].value, rows[2][2].value) == ("-1+1", "@A1")
    texts = [cell for line in (*sums, *rows) for cell in line if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert sums[1][0].quotePrefix
    assert rows[2][6].number_format == "#,##0"


# Payments.

FORM = {
    "amount": "1,234.50", "currency": "CNY", "paid_on": "2026-03-02",
    "payment_reference": "bank-1", "text": "inv 7",
}  # fmt: skip


def test_a_payment_by_hand_is_booked_and_told_twice_counts_once(world: World, come: Come) -> None:
    receivable_id, visitor = owe(world), come()
    first = visitor.post("/payments", **FORM)
    assert "It is booked" in visitor.get(first.location).text
    again = visitor.post("/payments", **FORM)
    assert "known already" in visitor.get(again.location).text
    assert receivable(world, receivable_id).state is ReceivableState.PAID
    assert "INV-7" in visitor.get("/payments").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"), ("amount", "1.005"), ("amount", "1.2345"), ("amount", "nan"),
        ("amount", "US$5"), ("currency", "XXX"), ("paid_on", "2026-03-09"), ("paid_on", "soon"),
        ("payment_reference", " "), ("payment_reference", "x" * 121),
    ],
)  # fmt: skip
def test_what_is_no_payment_is_said_beside_its_field(
    world: World, come: Come, field: str, value: str
) -> None:
    answer = come().post("/payments", **{**FORM, field: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "No money has come in yet" in answer.text


def test_a_person_says_what_doubtful_money_is_for(world: World, chief: Visitor) -> None:
    first, second = owe(world), owe(world, reference="INV-8", amount_minor=500)
    told = pay(world, 1500, text="INV-7 INV-8")
    listed = chief.get("/payments").text
    assert "Several invoices fit" in listed
    path = f"/payments/{told.payment_id}"
    assert f'name="share-{second}"' in chief.get(path).text
    shares = {f"share-{first}": "10", f"share-{second}": "5.00"}
    assert chief.post(f"{path}/assign", **shares).status_code == 422
    chief.post(f"{path}/assign", **shares, reason="asked them")
    assert payment(world, told.payment_id).state is PaymentState.MATCHED
    assert receivable(world, first).paid_minor == 1000
    assert "To be decided" not in chief.get("/payments").text


def test_money_in_another_currency_is_kept_and_the_page_says_why(
    world: World, chief: Visitor
) -> None:
    owed = owe(world)
    pay(world, currency="USD")
    assert "but in another currency" in chief.get("/payments").text
    assert receivable(world, owed).paid_minor == 0


@pytest.mark.parametrize("share", ["20", "-1", "x", "0"])
def test_shares_that_do_not_fit_change_nothing(world: World, chief: Visitor, share: str) -> None:
    owed = owe(world)
    told = pay(world, 1500, text="?")
    path = f"/payments/{told.payment_id}/assign"
    answer = chief.post(path, **{f"share-{owed}": share}, reason="why")
    assert (answer.status_code, receivable(world, owed).paid_minor) == (422, 0)


def test_money_nobody_knows_is_found_by_searching_among_ones_own(
    world: World, chief: Visitor
) -> None:
    owe(world), owe_elsewhere(world)
    told = pay(world, 77, text="hello")
    page = chief.get(f"/payments/{told.payment_id}?q=-").text
    assert "INV-7" in page
    assert "W-1" not in page


def test_a_surplus_is_settled_with_a_reason(world: World, chief: Visitor) -> None:
    owe(world)
    told = pay(world, 200000)
    assert "More came than was owed" in chief.get("/payments").text
    chief.post(f"/payments/{told.payment_id}/surplus", reason="sent back")
    assert payment(world, told.payment_id).surplus_settled_at is not None


def test_money_that_went_back_opens_the_debt_again(world: World, chief: Visitor) -> None:
    owed = owe(world)
    told = pay(world)
    chief.post(f"/payments/{told.payment_id}/return", reason="the bank took it back")
    assert receivable(world, owed).open_minor == 123450
    assert "the bank took it back" in chief.get(f"/payments/{told.payment_id}").text


def test_a_rep_decides_on_no_money_and_sees_none_of_others(world: World, come: Come) -> None:
    owe(world)
    told = pay(world, 1500, text="?")
    assert come().post(f"/payments/{told.payment_id}/return", reason="x").status_code == 403
    booked = pay(world)
    colleague = come("liu.fang")
    for payment_id in (told.payment_id, booked.payment_id):
        assert colleague.get(f"/payments/{payment_id}").status_code == 404
    assert "No money has come in yet" in colleague.get("/payments").text


# Promises and disputes.


def test_promises_are_listed_and_taken_back_with_a_reason(world: World, come: Come) -> None:
    promise_id, visitor = agreed(world, owe(world)), come()
    page = visitor.get("/promises").text
    assert "CN¥1,000.00" in page
    assert "Waits for its day" in page
    visitor.post(f"/promises/{promise_id}/cancel", reason=" ")
    assert promise(world, promise_id).state is PromiseState.OPEN
    visitor.post(f"/promises/{promise_id}/cancel", reason="misheard")
    assert promise(world, promise_id).state is PromiseState.CANCELLED


def test_the_kept_rate_is_shown_by_owner_step_and_customer(world: World, come: Come) -> None:
    agreed(world, owe(world))
    boss(world)
    world.sim.advance(2 * 86_400)
    judge_promises(world.rt)
    page = come("chen.jie").get("/promises").text
    assert page.count("0%") == 3
    assert "Customers who did not keep theirs" in page


def test_a_dispute_is_decided_by_a_supervisor_with_a_reason(world: World, chief: Visitor) -> None:
    owed = owe(world)
    dispute(world.rt, rep(world), owed, "never delivered")
    assert "never delivered" in chief.get("/disputes").text
    path = f"/receivables/{owed}/decide"
    chief.post(path, decision="withdrawn")
    assert receivable(world, owed).state is ReceivableState.DISPUTED
    assert chief.post(path, decision="maybe", reason="x").status_code == 400
    chief.post(path, decision="withdrawn", reason="they are right")
    assert receivable(world, owed).state is ReceivableState.WITHDRAWN
    assert "Nothing is disputed" in chief.get("/disputes").text


# The account's page.


def test_the_account_shows_its_money_and_takes_deeds(world: World, come: Come) -> None:
    owed, visitor = owe(world), come()
    agreed(world, owed)
    page = visitor.get(f"/accounts/{world.here.account_id}").text
    for shown in ("INV-7", "Overdue", "CN¥1,000.00", "The first 3 purchases are paid at once"):
        assert shown in page
    account = {"account": str(world.here.account_id)}
    visitor.post(f"/receivables/{owed}/resend", **account)
    page = visitor.get(f"/accounts/{world.here.account_id}").text
    assert "the clock waits until" in page
    assert "no mail server is set up" in page
    visitor.post(f"/receivables/{owed}/dispute", reason="never came", **account)
    assert receivable(world, owed).state is ReceivableState.DISPUTED


def test_a_colleague_reads_nothing_about_an_accounts_money(world: World, come: Come) -> None:
    owe(world)
    assert "INV-7" not in come("liu.fang").get(f"/accounts/{world.here.account_id}").text


def test_a_deal_is_agreed_with_its_terms(world: World, come: Come) -> None:
    visitor, path = come(), f"/accounts/{world.here.account_id}/deals"
    form = {
        "contact": str(world.here.contact_id), "terms": "prepaid", "amount": "99.90",
        "currency": "CNY", "reference": "D-1",
    }  # fmt: skip
    visitor.post(path, **{**form, "terms": "on_account"})
    assert "first purchases are paid at once" in visitor.get("/settings").text
    visitor.post(path, **form)
    visitor.post(path, **form)
    with world.sessions.read() as session:
        (deal,) = deals_of(session, world.here.account_id)
    assert (deal.terms, deal.amount_minor, deal.due_on) == (Terms.PREPAID, 9990, TODAY)
    assert "on no other invoice" in visitor.get("/settings").text


def test_credit_is_marked_limited_and_cleared_with_a_reason(world: World, chief: Visitor) -> None:
    path = f"/accounts/{world.here.account_id}/credit"
    note_rumour(world.rt, rep(world), world.here.account_id, "the factory stands still")
    assert "the factory stands still" in chief.get(f"/accounts/{world.here.account_id}").text
    chief.post(f"{path}/clear", reason="")
    with world.sessions.read() as session:
        (mark,) = open_marks(session, world.here.account_id)
        assert mark.kind is MarkKind.RUMOUR
    chief.post(f"{path}/clear", reason="paid all")
    chief.post(path, limit="50,000", currency="CNY")
    with world.sessions.read() as session:
        assert open_marks(session, world.here.account_id) == []
    shown = chief.get("/settings").text
    assert "Its credit is clear again" in shown
    assert "The credit limit is set" in shown


def test_an_address_is_kept_with_its_consent(world: World, come: Come) -> None:
    visitor = come()
    path = f"/accounts/{world.here.account_id}/email/{world.here.contact_id}"
    visitor.post(path, address="not one", consent="x")
    visitor.post(path, address="zw@example.com", consent="said so on 2 March")
    page = visitor.get(f"/accounts/{world.here.account_id}").text
    assert "agreed: said so on 2 March" in page


# On the desk.


def collected(world: World, visitor: Visitor) -> int:
    """A talk about money that is over."""
    call_id = talk(world, visitor, purpose="collection")
    visitor.ask(f"/desk/calls/{call_id}/hang-up")
    world.advance(5)
    return call_id


def test_what_is_promised_to_a_rep_is_kept_with_the_wrap_up(world: World, come: Come) -> None:
    owed, visitor = owe(world), come()
    path = f"/desk/calls/{collected(world, visitor)}/wrap-up"
    assert 'value="1234.50"' in visitor.get("/desk").text
    said = {
        "disposition": "promised", "promise_for": str(owed), "promise_amount": "1,000.00",
        "promise_on": "2026-03-06",
    }  # fmt: skip
    for field, value in (
        ("promise_amount", "9999999"), ("promise_on", "2026-03-01"), ("promise_for", "77"),
    ):  # fmt: skip
        refused = visitor.ask(path, **{**said, field: value})
        assert (refused.status_code, refused.json["field"]) == (422, field)  # type: ignore[index]
    assert visitor.ask(path, **said).status_code == 200
    row = promise(world, 1)
    assert (row.amount_minor, row.due_on) == (100000, TODAY + timedelta(days=4))
