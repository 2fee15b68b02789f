"""A case as JSON: parsed strictly, asked, answered."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.case import answer
from dialer.domain.verdict import Verdict
from tests.domain.asking import BERLIN, MIAMI, SHANGHAI, shipped

CASE = {"to": MIAMI, "purpose": "collection", "at": "2026-03-08T07:30:00Z"}


def reply(case: object, **facts: Any) -> dict[str, Any]:
    """The answer, with the rule for a sentence."""

    def explain(verdict: Verdict) -> str:
        return f"because {verdict.rule}"

    return answer(case, shipped(), explain, default_region="CN", **facts)


def test_the_example_of_the_rule_book() -> None:
    assert list(reply(CASE).items()) == [
        ("verdict", "not_until"),
        ("rule", "law_hours:US-debt"),
        ("not_until", "2026-03-08T13:00:00Z"),
        ("zones", ["America/New_York"]),
        ("explain", "because law_hours:US-debt"),
    ]


def test_everything_but_the_first_three_may_be_absent_or_null() -> None:
    optional = ("zone", "address_region", "mode", "history", "suppressed", "consent")
    assert reply(CASE | dict.fromkeys(optional)) == reply(CASE)


def test_every_field_is_heard() -> None:
    case = CASE | {"at": "2026-03-09T15:00:00Z"}
    talk = {"at": "2026-03-08T15:00:00+00:00", "kind": "conversation"}
    consent = {"basis": "written", "covers": "machine"}
    assert reply(case)["verdict"] == "allowed"
    assert reply(case | {"zone": "Asia/Tokyo"})["zones"] == ["Asia/Tokyo"]
    assert reply(case | {"address_region": "US-CA"})["rule"] == "purpose_hours:collection"
    assert reply(case | {"history": [talk]})["rule"] == "cool_off:US-debt"
    assert reply(case | {"suppressed": True})["rule"] == "suppressed"
    machine = case | {"purpose": "care", "mode": "machine"}
    assert reply(machine)["rule"] == "consent:US"
    assert reply(machine | {"consent": consent})["verdict"] == "allowed"
    assert reply(machine | {"consent": consent | {"covers": "rep"}})["rule"] == "consent:US"
    assert reply(machine | {"consent": consent | {"covers": "all"}})["verdict"] == "allowed"


def test_a_number_may_be_spelled_anyhow() -> None:
    case = {"to": "138 0013 8000", "purpose": "closing", "at": "2026-11-22T20:30:00+08:00"}
    assert reply(case)["verdict"] == "allowed"
    assert reply(case, own_numbers=frozenset({SHANGHAI}))["rule"] == "number"


def test_an_emergency_number_is_a_verdict() -> None:
    assert reply(CASE | {"to": "110"}) == {
        "verdict": "never",
        "rule": "number",
        "not_until": None,
        "zones": [],
        "explain": "because number",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"to": None}, "to: must be a text, got None"),
        ({"to": 13055550123}, "to: must be a text"),
        ({"to": "+1305555"}, "not a telephone number"),
        ({"purpose": "chat"}, "purpose: must be one of appointment"),
        ({"purpose": ["care"]}, "purpose: must be one of appointment"),
        ({"at": "2026-03-08T07:30:00"}, "at: must be an instant such as"),
        ({"at": "2026-02-30T07:30:00Z"}, "at: must be an instant such as"),
        ({"at": "yesterday"}, "at: must be an instant such as"),
        ({"at": 1772955000}, "at: must be"),
        ({"at": "1899-12-31T23:59:59Z"}, "at: must be an instant such as"),
        ({"at": "9000-01-01T00:00:00Z"}, "at: must be an instant such as"),
        ({"zone": "Mars/Olympus"}, "unknown time zone 'Mars/Olympus'"),
        ({"zone": 5}, "zone: must be a text, got 5"),
        ({"address_region": "US-XX"}, "unknown region 'US-XX'"),
        ({"mode": "robot"}, "mode: must be one of rep, machine, got 'robot'"),
        ({"history": {}}, "history: must be a list"),
        ({"history": ["now"]}, "history: must be an object"),
        ({"history": [{"at": "2026-03-08T07:30:00Z"}]}, "kind: must be given"),
        ({"history": [{"at": "2026-03-08", "kind": "attempt"}]}, "history.at: must be an instant"),
        (
            {"history": [{"at": "2026-03-08T07:30:00Z", "kind": "ring"}]},
            "history.kind: must be one of attempt, connected, conversation, voicemail, refusal",
        ),
        ({"suppressed": "no"}, "suppressed: must be true or false, got 'no'"),
        ({"consent": "yes"}, "consent: must be an object"),
        ({"consent": {"basis": "written"}}, "covers: must be given"),
        ({"consent": {"basis": "oral", "covers": "all"}}, "consent.basis: must be one of express"),
        ({"consent": {"basis": "written", "covers": "x"}}, "consent.covers: must be one of rep"),
        ({"consent": {"basis": "written", "covers": []}}, "consent.covers: must be a text"),
        ({"colour": "red"}, "case: must be an object with to, purpose, at"),
    ],
)
def test_what_is_no_question_is_refused_with_field_and_reason(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r"must be|not a telephone") as refusal:
        reply(CASE | change)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("case", [None, 1, "x", [], [CASE]])
def test_a_case_is_an_object(case: object) -> None:
    with pytest.raises(ValueError, match="case: must be an object"):
        reply(case)


@pytest.mark.parametrize("field", ["to", "purpose", "at"])
def test_the_first_three_fields_must_be_given(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be given"):
        reply({key: value for key, value in CASE.items() if key != field})


def test_the_rules_of_today_apply_to_any_instant() -> None:
    assert reply(CASE | {"at": "1950-03-08T17:30:00Z"})["verdict"] == "allowed"
    assert reply(CASE | {"at": "8999-03-08T17:30:00Z"})["verdict"] == "allowed"
    assert reply(CASE | {"to": BERLIN, "purpose": "care", "at": "2031-06-02T10:00:00Z",
                         "consent": {"basis": "express", "covers": "all"}}
                 )["rule"] == "holiday_data:DE"  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
FIELDS = [
    "to",
    "purpose",
    "at",
    "zone",
    "address_region",
    "mode",
    "history",
    "suppressed",
    "consent",
]


@given(field=st.sampled_from(FIELDS), value=JSON)
def test_whatever_a_field_holds_there_is_an_answer_or_a_reason(field: str, value: object) -> None:
    try:
        given_back = json.dumps(reply(CASE | {field: value}))
    except ValueError as refusal:
        given_back = str(refusal)
    assert given_back
