"""The product's answer beside the oracle's."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from dialer.domain.case import parse_case, render
from dialer.domain.facts import NotThen
from dialer.domain.gate import may_dial
from dialer.domain.policy import Policy
from tests.oracle.oracle import Oracle

BEYOND = ("stated_zone", "person_closed", "person_until")


def ask_product(case: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """The verdict as the command gives it, without the sentence."""
    plain = {key: value for key, value in case.items() if key not in BEYOND}
    question = parse_case(plain, policy, "CN", frozenset())
    facts = replace(
        question.facts,
        stated_zone=case.get("stated_zone"),
        person_closed=tuple(wishes(case)),
    )
    answer = render(may_dial(facts, policy, question.at), lambda verdict: "")
    del answer["explain"]
    return answer


def wishes(case: dict[str, Any]) -> Iterator[NotThen]:
    """What the person asked for, if anything."""
    if "person_closed" in case:
        until = case.get("person_until")
        week = tuple(map(tuple, case["person_closed"]))
        yield NotThen(week, date.fromisoformat(until) if until else None)


def disagreements(
    cases: Iterable[dict[str, Any]], policy: Policy, oracle: Oracle
) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Case, product's answer and oracle's, where they differ."""
    for case in cases:
        product, other = ask_product(case, policy), oracle.answer(case)
        if other["verdict"] == "never" and not other["rule"]:
            product = product | {"rule": ""}
        if product != other:
            yield case, product, other
