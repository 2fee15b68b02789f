"""What a call without a rep says in each language, read before anybody hears it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dialer.domain.script import KEYS, PROMISE_DAYS, Step, Turn, begin, follow, question
from dialer.domain.words import Language, Purpose, UserRole
from dialer.settings.scripts import Script
from dialer.web.context import runtime
from dialer.web.history import EFFECTS
from dialer.web.language import TAGS, page_language
from dialer.web.money_forms import page_today
from dialer.web.security import guard, roles
from dialer.web.words import label
from dialer.wording import say_date, say_money, speak_money

pages = guard(Blueprint("voice", __name__))

BOSSES = (UserRole.SUPERVISOR, UserRole.ADMIN)
PURPOSES = (Purpose.COLLECTION, Purpose.REMINDER)
# A customer of nobody's, in the language of the call.
SAMPLES: Mapping[Language, tuple[str, str]] = {
    Language.ZH_CN: ("张伟", "王敏"),
    Language.ZH_TW: ("陳冠宇", "林怡君"),
    Language.EN: ("Maria Lopez", "Wang Min"),
}
CURRENCY: Mapping[Language, str] = {
    Language.ZH_CN: "CNY", Language.ZH_TW: "TWD", Language.EN: "USD",
}  # fmt: skip
SAMPLE_MINOR = 123450
OVERDUE_DAYS = 10
BESIDES: Mapping[str, LazyString] = {
    "call_back": _l("The owner is busy"),
    "voicemail": _l("A machine answers"),
    "settled": _l("The money came while it rang"),
    "not_needed": _l("The matter was settled, and nobody knows yet who answered"),
    "goodbye": _l("Nothing is pressed twice"),
    "apology": _l("Something goes wrong on our side"),
}
STEPS: Mapping[Step, LazyString] = {
    Step.WHO: _l("First"),
    Step.MATTER: _l("Once the one who is called has pressed 1"),
    Step.DATE: _l("Who promises, is asked when"),
}


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What is said at some point, when, and the keys that count then."""

    when: str
    lines: tuple[str, ...]
    keys: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@pages.get("/money/voice")
@roles(*BOSSES)
def voice_page() -> ResponseReturnValue:
    """The whole talk of a purpose in a language, with a made-up customer."""
    word, tag = request.args.get("purpose", ""), request.args.get("language", "")
    purpose = Purpose(word) if word in PURPOSES else PURPOSES[0]
    language = Language(tag) if tag in list(Language) else page_language()
    return render_template(
        "money/voice.html",
        purpose=purpose,
        purposes=PURPOSES,
        language=language,
        spoken=talk(purpose, language),
        letter=letter(language),
        tag=TAGS[language],
    )


def talk(purpose: Purpose, language: Language) -> list[Spoken]:
    """Every question with its keys, then what is said besides."""
    script, words = runtime().scripts[language], sample(language)
    steps = (Step.WHO, Step.MATTER, *([Step.DATE] if purpose is Purpose.COLLECTION else []))
    asked = [
        Spoken(
            when=str(STEPS[step]),
            lines=say(script, turn_at(purpose, step), words),
            keys=tuple(key_line(script, purpose, step, key, words) for key in keys_of(step)),
        )
        for step in steps
    ]
    besides = [
        Spoken(when=str(when), lines=(script.texts[name].format_map(words),))
        for name, when in BESIDES.items()
    ]
    return [*asked, *besides]


def turn_at(purpose: Purpose, step: Step) -> Turn:
    """What is said where a question is open."""
    return begin() if step is Step.WHO else question(purpose, step)


def keys_of(step: Step) -> list[str]:
    """In the order in which they are offered; repeating says nothing new."""
    return sorted(KEYS[step] - {"0"}, key=lambda key: (key == "9", key))


def key_line(
    script: Script, purpose: Purpose, step: Step, key: str, words: Mapping[str, str]
) -> tuple[str, str, tuple[str, ...]]:
    """A key, what comes of it, and what is said then; a further question is shown by itself."""
    turn = follow(purpose, turn_at(purpose, step), key)
    ends = label(turn.disposition) if turn.disposition else str(EFFECTS.get(turn.effect or "", ""))
    days = PROMISE_DAYS[key] if step is Step.DATE and key in PROMISE_DAYS else 0
    day = say_date(page_today() + timedelta(days=days), script_language(script))
    lines = () if turn.step is not None else say(script, turn, {**words, "promise_on": day})
    return key, ends, lines


def script_language(script: Script) -> Language:
    """Whose script it is."""
    return next(one for one, known in runtime().scripts.items() if known is script)


def say(script: Script, turn: Turn, words: Mapping[str, str]) -> tuple[str, ...]:
    """The texts of a turn with their places filled in."""
    return tuple(script.texts[name].format_map(words) for name in turn.says)


def sample(
    language: Language, amount_word: Callable[[int, str, Language], str] = speak_money
) -> dict[str, str]:
    """A made-up customer who owes; a voice needs the amount in words, a reader in figures."""
    script, (name, owner), currency = (
        runtime().scripts[language], SAMPLES[language], CURRENCY[language],
    )  # fmt: skip
    amount = amount_word(SAMPLE_MINOR, currency, language)
    due_on = page_today() - timedelta(days=OVERDUE_DAYS)
    return {
        "company": script.company, "name": name, "owner": owner, "reference": "INV-7",
        "amount": amount, "matter": f"INV-7, {amount}", "due_on": say_date(due_on, language),
        "promise_on": say_date(page_today(), language),
    }  # fmt: skip


def letter(language: Language) -> tuple[str, str]:
    """Subject and body of the notice that is sent again."""
    letters = runtime().scripts[language].letters
    waits = page_today() + timedelta(days=runtime().cadence.money.resend_waits_days)
    words = {
        **sample(language, say_money), "unsubscribe": "…", "waits_until": say_date(waits, language),
    }  # fmt: skip
    return letters["notice_subject"].format_map(words), letters["notice_body"].format_map(words)
