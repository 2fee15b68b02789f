"""Customers from files: who is found, who is made, and what is left alone."""

import sqlalchemy as sa

from dialer.domain.words import AccountClass, Language, SuppressionReason, UserRole
from dialer.models import Account, AuditEntry, Contact, ImportRow, PhoneNumber, Suppression
from dialer.models.numbers import is_suppressed
from tests.make import MARIA, ZHANG_WEI, make_account, make_contact, make_team
from tests.selling.importing.bringing import bring, counts, customers, faults, user
from tests.world import World

HEAD = "公司,姓名,电话,等级,阶段,销售,国家\n"
FULL = """公司名称,联系人,电话,等级,阶段,销售,国家,时区,角色,语言,性格
成都仪器,李娜,028-85550190 / 13900139000,B类,第2阶段,liu.fang,中国,asia/shanghai,盟友,英文,猫头鹰
"""


def test_a_row_becomes_an_account_a_person_and_numbers(world: World) -> None:
    bring(world, "accounts", FULL)
    with world.sessions.read() as session:
        account = session.scalars(sa.select(Account).where(Account.name == "成都仪器")).one()
        (person,) = account.contacts
        assert [one.e164 for one in person.numbers] == ["+862885550190", "+8613900139000"]
        assert (account.owner_id, account.stage) == (world.here.other_rep_id, 2)
        assert (account.account_class, account.address_region) == (AccountClass.B, "CN")
        assert (person.role, person.language, person.temperament, person.stated_zone) == (
            "ally", Language.EN, "owl", "Asia/Shanghai",
        )  # fmt: skip


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    first = bring(world, "accounts", FULL)
    before = customers(world)
    second = bring(world, "accounts", FULL)
    assert counts(first) == (1, 0, 0, 0, 0)
    assert counts(second) == (0, 0, 1, 0, 0)
    assert customers(world) == before


def test_what_stands_in_the_file_twice_is_made_once(world: World) -> None:
    row = "成都仪器,李娜,{},,,,\n"
    one = bring(
        world, "accounts", HEAD + row.format("13900139000") * 2 + row.format("+86 139-0013-9000")
    )
    assert counts(one) == (1, 0, 2, 0, 0)
    assert customers(world)["成都仪器"] == [("李娜", ["+8613900139000"])]


def test_a_new_number_and_a_new_person_join_a_known_account(world: World) -> None:
    one = bring(
        world, "accounts", HEAD + "华东机械,张伟,13900139000,,,,\n华东机械,李娜,13700137000,,,,\n"
    )
    assert counts(one) == (1, 1, 0, 0, 0)
    assert customers(world)["华东机械"] == [
        ("张伟", [ZHANG_WEI, "+8613900139000"]), ("李娜", ["+8613700137000"]),
    ]  # fmt: skip


def test_a_number_of_another_customer_is_not_taken_from_them(world: World) -> None:
    text = HEAD + "成都仪器,李娜,13800138000,,,,\n成都仪器,李娜,13800138000;13900139000,,,,\n"
    one = bring(world, "accounts", text)
    assert counts(one) == (1, 0, 0, 1, 1)
    assert faults(world, one.id) == [
        (2, "numbers", "number_elsewhere"), (3, "numbers", "number_elsewhere"),
    ]  # fmt: skip
    assert customers(world)["成都仪器"] == [("李娜", ["+8613900139000"])]


def test_a_household_is_known_by_its_number(world: World) -> None:
    text = "姓名,电话\n张伟,13900139000\n张伟,13700137000\n张先生,13800138000\n"
    assert counts(bring(world, "accounts", text)) == (2, 0, 1, 0, 0)
    assert counts(bring(world, "accounts", text)) == (0, 0, 3, 0, 0)
    with world.sessions.read() as session:
        found = session.scalars(sa.select(Account.name).where(Account.name == "张伟")).all()
    assert len(found) == 2


def test_people_without_numbers_are_made_once(world: World) -> None:
    text = "公司,姓名\n成都仪器,李娜\n上海模具,\n,王五\n"
    assert counts(bring(world, "accounts", text)) == (3, 0, 0, 0, 0)
    assert counts(bring(world, "accounts", text)) == (0, 0, 3, 0, 0)
    assert customers(world)["上海模具"] == []


def test_what_reps_did_since_is_left_alone_unless_the_file_shall_win(world: World) -> None:
    text = HEAD + "华东机械,张伟,13800138000,C,1,liu.fang,\n"
    assert counts(bring(world, "accounts", text)) == (0, 0, 1, 0, 0)
    assert counts(bring(world, "accounts", text, existing="update")) == (0, 1, 0, 0, 0)
    assert counts(bring(world, "accounts", text, existing="update")) == (0, 0, 1, 0, 0)
    with world.sessions.read() as session:
        account = session.get_one(Account, world.here.account_id)
    assert (account.account_class, account.stage) == (AccountClass.C, 1)
    assert account.owner_id == world.here.other_rep_id


def test_an_import_never_clears_an_opt_out(world: World) -> None:
    with world.sessions.write() as session:
        session.add(
            Suppression(number_id=world.here.number_id, reason=SuppressionReason.OPT_OUT,
                        source="page", created_at=world.rt.now())
        )  # fmt: skip
    bring(world, "accounts", HEAD + "华东机械,张伟,13800138000,A,,,\n", existing="update")
    with world.sessions.read() as session:
        assert is_suppressed(session, world.here.number_id)


def test_all_mistakes_of_a_row_are_told_at_once(world: World) -> None:
    one = bring(world, "accounts", HEAD + ",,021-55550190转801,F,12,,Atlantis\n")
    assert sorted(faults(world, one.id)) == [
        (2, "class", "unknown_word"), (2, "numbers", "extension"), (2, "region", "unknown_region"),
        (2, "stage", "out_of_range"),
    ]  # fmt: skip


BAD_ROWS = {
    "成都,李娜,,,,,": ("numbers", "missing"),
    ",,13900139000,,,,": ("account", "missing"),
    "成都,李娜,110,,,,": ("numbers", "number_emergency"),
    "成都,李娜,13900139,,,,": ("numbers", "number_invalid"),
    "成都,李娜,call me,,,,": ("numbers", "number_letters"),
    "=cmd|calc,李娜,13900139000,,,,": ("account", "formula"),
    "成都,李娜,13900139000,,,nobody,": ("owner", "unknown_owner"),
    "x" * 201 + ",李娜,13900139000,,,,": ("account", "too_long"),
    "#N/A,李娜,13900139000,,,,": ("account", "sheet_error"),
}


def test_rows_that_cannot_be_read_are_left_out_and_the_others_are_in(world: World) -> None:
    text = HEAD + "\n".join(BAD_ROWS) + "\n北京电气,赵,13700137000,,,,\n"
    one = bring(world, "accounts", text)
    assert faults(world, one.id) == [(row, *told) for row, told in enumerate(BAD_ROWS.values(), 2)]
    assert counts(one) == (1, 0, 0, len(BAD_ROWS), 0)
    assert list(customers(world)) == ["华东机械", "北京电气"]


def test_numbers_are_read_in_the_country_of_their_row(world: World) -> None:
    bring(
        world, "accounts", HEAD + "Oak,Maria,(305) 555-0142,,,,US\n台積,王,0912 345 678,,,,台灣\n"
    )
    found = customers(world)
    assert found["Oak"] == [("Maria", [MARIA])]
    assert found["台積"] == [("王", ["+886912345678"])]
    with world.sessions.read() as session:
        people = session.scalars(sa.select(Contact).order_by(Contact.id)).all()
    assert [one.language for one in people] == [Language.ZH_CN, Language.EN, Language.ZH_TW]


def test_a_number_that_was_erased_and_comes_again_is_the_same_number(world: World) -> None:
    with world.sessions.write() as session:
        session.get_one(PhoneNumber, world.here.number_id).e164 = None
    bring(world, "accounts", HEAD + "华东机械,张伟,13800138000,,,,\n")
    assert customers(world)["华东机械"] == [("张伟", [ZHANG_WEI])]


def test_each_row_that_changed_something_is_in_the_audit_log(world: World) -> None:
    one = bring(world, "accounts", FULL + FULL.splitlines()[1] + "\n")
    with world.sessions.read() as session:
        entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    told = [(entry.action, entry.detail.get("row")) for entry in entries]
    assert told == [("import.start", None), ("account.import", 2), ("import.done", None)]
    assert entries[1].detail == {"import": one.id, "row": 2, "did": "created"}


def test_a_supervisor_keeps_to_the_team(world: World) -> None:
    with world.sessions.write() as session:
        east, west = make_team(session), make_team(session, "West")
        foreign = make_account(session, world.rt.now(), "外队", team_id=west.id,
                               owner_id=world.here.other_rep_id)  # fmt: skip
        make_contact(session, world.rt.now(), foreign, "孙", "+8613600136000")
    user(world, world.here.other_rep_id, team_id=west.id)
    boss = user(world, world.here.rep_id, role=UserRole.SUPERVISOR, team_id=east.id)
    text = HEAD + (
        "外队,孙,13600136000,A,,,\n新客户,李,13600136000,,,,\n新客户,李,13500135000,,,liu.fang,\n"
        "新客户,李,13500135000,,,,\n"
    )
    one = bring(world, "accounts", text, actor=boss)
    assert faults(world, one.id) == [
        (2, "account", "not_yours"), (3, "numbers", "number_elsewhere"),
        (4, "owner", "owner_elsewhere"),
    ]  # fmt: skip
    with world.sessions.read() as session:
        made = session.scalars(sa.select(Account).where(Account.name == "新客户")).one()
        told = session.scalars(sa.select(ImportRow).where(ImportRow.row == 3)).one()
    assert (made.team_id, made.owner_id) == (east.id, None)
    assert told.faults[0]["params"]["account"] == ""  # nobody learns whose customer it is
