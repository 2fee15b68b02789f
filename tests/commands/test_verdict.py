"""`dialer verdict`: one case by options, or many by lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dialer.commands.verdict import verdict

ONE = ["--to", "+8613800138000", "--purpose", "closing", "--at", "2026-11-22T12:30:00Z"]
LINE = '{"to": "+13055550123", "purpose": "collection", "at": "2026-03-08T07:30:00Z"}'


def run(*options: str, lines: str | bytes = "", **environment: str) -> Result:
    return CliRunner(env=environment).invoke(verdict, options, input=lines)


def answers(lines: str | bytes, *options: str) -> list[dict[str, Any]]:
    result = run("--jsonl", *options, lines=lines)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_case_by_options() -> None:
    result = run(*ONE)
    assert (result.exit_code, json.loads(result.stdout)["verdict"]) == (0, "allowed")


def test_every_option_is_heard() -> None:
    options = ["--zone", "Asia/Tokyo", "--address-region", "US-FL", "--mode", "machine"]
    answer = json.loads(run(*ONE, *options).stdout)
    assert (answer["rule"], answer["zones"]) == ("consent:US", ["Asia/Tokyo"])


def test_an_impossible_question_is_one_line_and_a_failure() -> None:
    result = run(*ONE, "--zone", "Mars/Olympus")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: unknown time zone 'Mars/Olympus'")
    assert run("--to", "+8613800138000").stderr == "Error: purpose: must be given, got None\n"


def test_answers_come_a_line_each_in_order() -> None:
    other = LINE.replace("07:30", "17:30")
    assert [a["verdict"] for a in answers(f"{LINE}\n{other}\n{LINE}")] == [
        "not_until", "allowed", "not_until",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [b"", b"{", b"[]", b"null", b'{"to": 1}', b"\xff\xfe", b"[" * 100_000, b'"\\ud800"', b"1e999"],
)
def test_a_bad_line_is_an_error_and_the_rest_goes_on(bad: bytes) -> None:
    found = answers(bad + b"\n" + LINE.encode() + b"\n")
    assert list(found[0]) == ["error"]
    assert found[1]["verdict"] == "not_until"


def test_half_a_character_in_a_text_comes_back_readable() -> None:
    assert "\\udc00" in answers('{"to": "\\udc00", "purpose": "care", "at": "x"}')[0]["error"]


def test_the_installations_own_numbers_and_rules_are_used(tmp_path: Path) -> None:
    assert json.loads(run(*ONE, CALLER_IDS="+13055550100, +8613800138000").stdout)["rule"] == (
        "number"
    )
    result = run(*ONE, POLICY_DIR=str(tmp_path))
    assert result.exit_code == 1
    assert "closures.toml: must be there, got nothing" in result.stderr


def test_a_national_number_is_read_in_the_installations_region() -> None:
    national = ["--to", "305 555 0123", *ONE[2:]]
    assert json.loads(run(*national, DEFAULT_REGION="US").stdout)["rule"] == "never_open:US-FL"
    assert run(*national, DEFAULT_REGION="CN").exit_code == 1
