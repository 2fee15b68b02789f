"""Verdicts: the dry run, and a refusal of the gate as a problem."""

from typing import Annotated, Any

from pydantic import Field

from dialer.api.problems import Problem
from dialer.api.route import Asked, Route
from dialer.api.shapes import Body, Out, VerdictOut
from dialer.domain.case import answer
from dialer.domain.gate import NotUntil, Verdict
from dialer.domain.words import Language
from dialer.sentences import explain

MAX_CASES = 10_000
MAX_BODY = 16 * 1024 * 1024


class VerdictsIn(Body):
    """Cases, each with `to`, `purpose` and `at`, and what else is known of it."""

    cases: Annotated[list[dict[str, Any]], Field(max_length=MAX_CASES)]


class VerdictsOut(Out):
    """One answer a case, in order; a case that makes no sense has an `error` instead."""

    verdicts: list[dict[str, Any]]


def judge_cases(asked: Asked) -> VerdictsOut:
    """May these calls be placed, and if not, when? Nothing is placed or stored."""
    return VerdictsOut(verdicts=[judge(asked, case) for case in asked.body.cases])


def judge(asked: Asked, case: dict[str, Any]) -> dict[str, Any]:
    """One answer, or the one line that says what is wrong with the case."""
    try:
        return answer(
            case,
            asked.rt.policy,
            lambda verdict: explain(verdict, asked.who.user.language),
            default_region=asked.rt.settings.default_region,
            own_numbers=frozenset(asked.rt.settings.caller_ids),
        )
    except ValueError as error:
        return {"error": str(error)}


def refusal(verdict: Verdict, language: Language) -> Problem:
    """The gate said no: the verdict goes along, its sentence in the reader's language."""
    shown = verdict_out(verdict, language)
    return Problem(409, "verdict", shown.explain, verdict=shown.model_dump(mode="json"))


def verdict_out(verdict: Verdict, language: Language) -> VerdictOut:
    """A verdict as it goes out."""
    return VerdictOut(
        verdict=verdict.word,
        rule=verdict.rule,
        not_until=verdict.instant if isinstance(verdict, NotUntil) else None,
        zones=list(verdict.zones),
        explain=explain(verdict, language),
    )


ROUTES = (
    Route(method="POST", path="/verdicts", view=judge_cases, scope="calls", body=VerdictsIn,
          answer=VerdictsOut, max_body=MAX_BODY, tag="verdicts"),
)  # fmt: skip
