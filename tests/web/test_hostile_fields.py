"""Every form and every address of the pages with what no field expects: a sentence, never a crash,
and never half a change."""

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from dialer.domain.words import UserRole
from dialer.models import Base, User
from tests.web.conftest import Come
from tests.web.test_guards import method_of, our_rules
from tests.web.visitor import BASE_URL, Visitor
from tests.world import World

WEB = Path("dialer/web")
READS = {"get", "getlist", "read_time", "read_day", "read_word"}
HOSTILE = (
    "", " ", "0", "-1", "9" * 30, str(2**31), str(2**63), "1e9", "NaN", "１２３", "٣", "0x1",
    "true", "[]", "{}", "null", "'; DROP TABLE users; --", '"><script>alert(1)</script>',
    "{{ 7*7 }}", "../../etc/passwd", "\r\nSet-Cookie: a=b", "\u202eabc", "😀" * 50, "\0", "a\0b",
    "9999-12-31", "0001-01-01", "2026-02-30", "9999-12-31T23:59", "x" * 20_000, "=1+1", "%00",
)  # fmt: skip
# What honest people send, so that one hostile field is reached behind the others.
HONEST = {
    "name": "North", "full_name": "Zhao Lei", "phone": "+862155550190", "role": "rep",
    "language": "en", "theme": "dark", "reason": "opt_out", "number": "1", "contact": "1",
    "due": "2026-03-03T10:00", "due_local": "2026-03-03T10:00", "zone": "Asia/Shanghai",
    "purpose": "follow_up", "mode": "rep", "token": "abc1", "point": "a point", "team": "",
    "disposition": "said", "on": "1", "scope": "calls", "user": "wang.min", "standing": "active",
    "since": "2026-03-01", "until": "2026-03-02", "password": "three violet otters",
    "again": "three violet otters", "old": "wrong", "new": "three violet otters", "task": "",
    "after": "/desk", "action": "user", "target_stage": "4", "next_purpose": "follow_up",
}  # fmt: skip
# What a look at a page may leave behind: sessions that were seen, tries that were counted, and
# the record of what was exported or shown.
TRACES = {"sessions", "login_throttles", "audit_log", "phone_numbers"}
EXAMPLES = 80


@cache
def names_of_fields() -> tuple[str, ...]:
    """Every name that a view asks a form or an address for."""
    found: set[str] = set()
    for path in WEB.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and called(node) in READS:
                found.update(
                    argument.value
                    for argument in node.args
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )
    return tuple(sorted(name for name in found if re.fullmatch(r"[a-z_]{1,30}", name)))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def state_of(world: World) -> str:
    """A mark of everything that the database holds and a request may not half change."""
    digest = hashlib.sha256()
    with world.sessions.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in TRACES:
                rows = session.execute(sa.select(table).order_by(*table.primary_key.columns))
                digest.update(
                    f"{table.name}{[tuple(row) for row in rows]}".encode(errors="replace")
                )
    return digest.hexdigest()


def paths_of(rule: Rule) -> Iterator[str]:
    """The route with an id that may be there, and with one beyond all of them."""
    for number in ("1", str(2**31), "9" * 25):
        yield re.sub(r"<[^>]+>", number, rule.rule)
        if "<" not in rule.rule:
            return


def some_of(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    """Hostile values for a few fields, or for all of them."""
    value = st.sampled_from(HOSTILE)
    few = st.dictionaries(st.sampled_from(names), value, min_size=1, max_size=3)
    return few | value.map(lambda same: dict.fromkeys(names, same))


@pytest.fixture
def boss(world: World, come: Come) -> Visitor:
    """Somebody whom no role keeps away from a form."""
    visitor = come()
    with world.sessions.write() as session:
        session.get_one(User, world.here.rep_id).role = UserRole.ADMIN
    return visitor


def is_harmless(rule: Rule) -> bool:
    """Not the way out: the visitor has to come back."""
    return rule.endpoint not in ("session.log_out_now", "people.save_password")


def post(visitor: Visitor, path: str, fields: dict[str, str]) -> int:
    data = {**fields, "csrf_token": visitor.token}
    answer = visitor.client.post(path, data=data, base_url=BASE_URL)
    answer.close()
    return answer.status_code


def test_no_form_crashes_or_does_half_of_anything(world: World, boss: Visitor) -> None:
    rules = [r for r in our_rules(world.app) if method_of(r) == "POST" and is_harmless(r)]
    assert len(rules) > 30
    names = names_of_fields()
    assert {"name", "phone", "reason", "role", "due", "note"} <= set(names)

    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(rules), some_of(names))
    def probe(rule: Rule, values: dict[str, str]) -> None:
        fields = {name: HONEST.get(name, "1") for name in names} | values
        for path in paths_of(rule):
            before = state_of(world)
            status = post(boss, path, fields)
            assert status < 500, (rule, values)
            if status >= 400:
                assert state_of(world) == before, (rule, values, status)

    probe()


def test_no_address_crashes(world: World, boss: Visitor) -> None:
    rules = [r for r in our_rules(world.app) if method_of(r) == "GET"]
    names = names_of_fields()
    before = state_of(world)

    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(rules), some_of(names))
    def probe(rule: Rule, values: dict[str, str]) -> None:
        query = {name: value[:2000] for name, value in values.items()}
        for path in paths_of(rule):
            answer = boss.client.get(path, query_string=query, base_url=BASE_URL)
            shown = answer.get_data().decode(errors="replace")
            answer.close()
            assert answer.status_code < 500, (rule, values)
            assert "<script>alert" not in shown

    probe()
    assert state_of(world) == before


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"a=%ED%A0%80", b"=&&=&", b"%", b"a" * 300_000])
def test_what_is_no_form_is_refused_in_words(boss: Visitor, body: bytes) -> None:
    answer = boss.client.post(
        "/people/teams", data=body, base_url=BASE_URL,
        content_type="application/x-www-form-urlencoded",
        headers={"X-CSRF-Token": boss.token},
    )  # fmt: skip
    assert answer.status_code in (400, 413, 422)


@pytest.mark.parametrize("mimetype", ["application/json", "text/plain", "multipart/form-data", ""])
def test_a_form_of_another_type_changes_nothing(world: World, boss: Visitor, mimetype: str) -> None:
    before = state_of(world)
    answer = boss.client.post(
        "/people/teams", data=b'{"name": "North"}', content_type=mimetype,
        base_url=BASE_URL, headers={"X-CSRF-Token": boss.token},
    )  # fmt: skip
    assert answer.status_code in (400, 415, 422)
    assert state_of(world) == before
