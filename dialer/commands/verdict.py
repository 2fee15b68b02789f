"""`dialer verdict`: may this call be placed, and if not, when? Without placing it."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from dialer.domain.case import answer
from dialer.domain.words import Language, Mode, Purpose
from dialer.sentences import explain
from dialer.settings.policy import PolicyError, load_policy

Ask = Callable[[object], dict[str, Any]]


@click.command()
@click.option("--to", help="The number, best as E.164.")
@click.option("--purpose", type=click.Choice([word.value for word in Purpose]))
@click.option("--at", help="When: an RFC 3339 instant such as 2026-11-22T12:30:00Z.")
@click.option("--zone", help="The person's confirmed time zone.")
@click.option("--address-region", help="Where the person lives, such as US-FL.")
@click.option(
    "--mode",
    type=click.Choice([word.value for word in Mode]),
    default=Mode.REP.value,
    show_default=True,
)
@click.option(
    "--language", type=click.Choice([word.value for word in Language]), default=Language.EN.value
)
@click.option("--jsonl", is_flag=True, help="Cases on standard input, one JSON object a line.")
def verdict(jsonl: bool, language: str, **case: str | None) -> None:
    """Answer one case by options, or many with --jsonl; a bad line does not stop the rest."""
    ask = asker(language)
    if jsonl:
        for line in answers(sys.stdin.buffer, ask):
            write(line)
        return
    try:
        write(ask({name: value for name, value in case.items() if value is not None}))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def asker(language: str) -> Ask:
    """The gate with the rule files and numbers of this installation."""
    try:
        policy = load_policy(Path(os.environ.get("POLICY_DIR", "config")))
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    own = os.environ.get("CALLER_IDS", "").split(",")
    return partial(
        answer,
        policy=policy,
        explain=partial(explain, language=language),
        default_region=os.environ.get("DEFAULT_REGION", "CN"),
        own_numbers=frozenset(number.strip() for number in own),
    )


def answers(lines: Iterable[bytes], ask: Ask) -> Iterator[dict[str, Any]]:
    """One answer or `{"error"}` a line, in order."""
    for line in lines:
        try:
            yield ask(json.loads(line))
        except (ValueError, RecursionError) as error:
            yield {"error": str(error)}


def write(line: dict[str, Any]) -> None:
    """One line at once, for whoever reads may wait for it before asking on."""
    text = json.dumps(line, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
