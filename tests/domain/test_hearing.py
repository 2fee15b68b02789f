"""Spoken answers: what is understood, and what is rather asked again."""

from pathlib import Path

import pytest

from dialer.domain.hearing import hear
from dialer.domain.script import Step
from dialer.domain.words import Language
from dialer.settings.scripts import load_scripts

SCRIPTS = load_scripts(Path(__file__).resolve().parent.parent.parent / "config")


def key(said: str, step: Step, language: Language) -> str | None:
    return hear(said, step, SCRIPTS[language].hears[step])


@pytest.mark.parametrize(
    ("said", "step", "language", "meant"),
    [
        ("Yes, speaking.", Step.WHO, Language.EN, "1"),
        ("No.", Step.WHO, Language.EN, "2"),
        ("That's me", Step.WHO, Language.EN, "1"),
        ("please stop calling me", Step.WHO, Language.EN, "9"),
        ("yes but don't call me again", Step.MATTER, Language.EN, "9"),
        ("I have paid it last week", Step.MATTER, Language.EN, "2"),
        ("I want to talk to a person", Step.MATTER, Language.EN, "3"),
        ("tomorrow", Step.DATE, Language.EN, "2"),
        ("in three days", Step.DATE, Language.EN, "3"),
        ("是的。", Step.WHO, Language.ZH_CN, "1"),
        ("不是的", Step.WHO, Language.ZH_CN, "2"),
        ("不是我", Step.WHO, Language.ZH_CN, "2"),
        ("我会付款的", Step.MATTER, Language.ZH_CN, "1"),
        ("已经付过了", Step.MATTER, Language.ZH_CN, "2"),
        ("別再打來了", Step.DATE, Language.ZH_TW, "9"),
        ("明天", Step.DATE, Language.ZH_TW, "2"),
    ],
)
def test_a_clear_answer_is_a_key(said: str, step: Step, language: Language, meant: str) -> None:
    assert key(said, step, language) == meant


@pytest.mark.parametrize(
    ("said", "step", "language"),
    [
        ("yes, I am his wife", Step.WHO, Language.EN),
        ("who is speaking", Step.WHO, Language.EN),
        ("我是他太太", Step.WHO, Language.ZH_CN),
        ("是我老公的電話", Step.WHO, Language.ZH_TW),
        ("对方是谁", Step.WHO, Language.ZH_CN),
        ("是不是", Step.WHO, Language.ZH_CN),
    ],
)
def test_nobody_is_taken_for_the_payer_by_half_a_sentence(
    said: str, step: Step, language: Language
) -> None:
    assert key(said, step, language) != "1"


@pytest.mark.parametrize(
    ("said", "step", "language"),
    [
        ("I cannot promise that", Step.MATTER, Language.EN),
        ("I will not pay", Step.MATTER, Language.EN),
        ("the day after tomorrow", Step.DATE, Language.EN),
        ("today or tomorrow", Step.DATE, Language.EN),
        ("我不会付款", Step.MATTER, Language.ZH_CN),
        ("还没付", Step.MATTER, Language.ZH_CN),
        ("hello?", Step.MATTER, Language.EN),
    ],
)
def test_what_is_not_sure_is_asked_again(said: str, step: Step, language: Language) -> None:
    assert key(said, step, language) is None
