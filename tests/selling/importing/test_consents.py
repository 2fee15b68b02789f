"""Consents from files: they come with day and proof, and only to people who have none."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dialer.models import AuditEntry, Contact
from dialer.models.facts import read_consent
from dialer.models.numbers import is_suppressed
from dialer.selling.contacts import update_contact
from tests.make import ZHANG_WEI
from tests.selling.importing.bringing import bring, counts, faults, user
from tests.world import World

pytestmark = pytest.mark.only_on("sqlite")

HEAD = "公司,姓名,电话,同意方式,同意范围,同意日期,同意凭证\n"
ZHANG = "华东机械,张伟,13800138000,{},{},{},{}\n"
SIGNED = ZHANG.format("书面", "", "2026-02-01", "合同 17 号")


def consent_of(world: World, name: str = "张伟") -> dict[str, Any] | None:
    with world.sessions.read() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.name == name)).one()
        assert read_consent(contact) is None or contact.consent is not None
        return contact.consent


def test_a_consent_joins_a_known_person_once_and_covers_people_alone(world: World) -> None:
    first, again = (bring(world, "accounts", HEAD + SIGNED) for _ in range(2))
    assert counts(first) == (0, 1, 0, 0, 0)
    assert counts(again) == (0, 0, 1, 0, 0)
    assert consent_of(world) == {
        "basis": "written", "covers": "rep", "given_on": "2026-02-01", "proof": "合同 17 号",
    }  # fmt: skip
    with world.sessions.read() as session:
        told = sa.select(AuditEntry).where(AuditEntry.action == "contact.consent")
        assert len(session.scalars(told).all()) == 1


def test_somebody_new_comes_in_with_theirs(world: World) -> None:
    row = "成都仪器,李娜,13900139000,口头,全部,2026/2/1,录音 RE-7\n"
    assert counts(bring(world, "accounts", HEAD + row)) == (1, 0, 0, 0, 0)
    told = consent_of(world, "李娜")
    assert told is not None
    assert (told["basis"], told["covers"]) == ("express", "all")


def test_without_day_or_proof_the_row_comes_in_without_it(world: World) -> None:
    rows = "甲,李娜,13900139000,书面,,,合同\n乙,王芳,13900139001,书面,,2026-02-01,\n"
    one = bring(world, "accounts", HEAD + rows)
    assert counts(one) == (2, 0, 0, 0, 2)
    assert {fault[1:] for fault in faults(world, one.id)} == {("consent", "consent_unproven")}
    assert consent_of(world, "李娜") is None


def test_no_file_replaces_or_takes_away_a_consent(world: World) -> None:
    bring(world, "accounts", HEAD + SIGNED)
    before = consent_of(world)
    others = ZHANG.format("否", "", "", "") + ZHANG.format("合同", "全部", "2026-02-20", "A-1")
    bring(world, "accounts", HEAD + others, existing="update")
    assert consent_of(world) == before


def test_a_day_ahead_is_a_mistake(world: World) -> None:
    one = bring(world, "accounts", HEAD + ZHANG.format("书面", "", "2026-03-03", "A-1"))
    assert faults(world, one.id) == [(2, "consent_on", "ahead")]


def test_an_old_file_does_not_bring_back_what_was_withdrawn(world: World) -> None:
    owner = user(world, world.here.rep_id)
    bring(world, "accounts", HEAD + SIGNED)
    update_contact(world.rt, owner, world.here.contact_id, {"consent": None})
    one = bring(world, "accounts", HEAD + SIGNED)
    assert faults(world, one.id) == [(2, "consent", "consent_withdrawn")]
    assert consent_of(world) is None
    world.sim.advance(timedelta(days=1).total_seconds())
    bring(world, "accounts", HEAD + ZHANG.format("书面", "", "2026-03-03", "A-1"))
    assert consent_of(world) is not None


def test_a_consent_lifts_no_opt_out(world: World) -> None:
    bring(world, "suppressions", f"电话,原因\n{ZHANG_WEI},退订\n")
    bring(world, "accounts", HEAD + SIGNED)
    with world.sessions.read() as session:
        assert is_suppressed(session, world.here.number_id)
