"""`planning.toml`: any doubt stops the start with one line."""

import shutil
from pathlib import Path

import pytest

from dialer.domain.words import ContactRole, Purpose
from dialer.settings import SettingsError
from dialer.settings.planning import load_planning

CONFIG = Path("config")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(CONFIG / "planning.toml", tmp_path / "planning.toml")
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "planning.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def refusal(folder: Path) -> str:
    with pytest.raises(SettingsError) as stopped:
        load_planning(folder)
    return str(stopped.value)


def test_the_shipped_file_plans_twelve_to_fifteen_calls_an_hour_for_every_purpose() -> None:
    rules = load_planning(CONFIG)
    assert (rules.pace.least_per_hour, rules.pace.most_per_hour) == (12, 15)
    assert set(rules.fits) == set(Purpose)
    assert rules.fits[Purpose.CLOSING].roles == {ContactRole.DECISION_MAKER}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ring_seconds = 30", "ring_seconds = 0", "pace.ring_seconds"),
        ("ring_seconds = 30", "ring_second = 30", "pace.ring_seconds"),
        ("least_calls_per_hour = 12", "least_calls_per_hour = 16", "least_calls_per_hour must be"),
        ("talk_days = 90", "talk_days = 90\nextra = 1", "pace.extra"),
        ('roles = ["ally"]', "roles = []", "purposes.first_visit.roles"),
        ('"payer"]\nfrom = "tasks"', '"payer"]\nfrom = "all"', "purposes.revisit.from"),
        ("[purposes.closing]", "[purposes.chat]", "purposes"),
        ("[pace]", "[pace", "must be TOML"),
    ],
)
def test_a_doubt_stops_the_start_and_says_where(
    folder: Path, old: str, new: str, says: str
) -> None:
    edit(folder, old, new)
    line = refusal(folder)
    assert line.startswith(f"{folder}/planning.toml: ")
    assert says in line
    assert "\n" not in line


def test_a_purpose_that_is_left_out_stops_the_start(folder: Path) -> None:
    edit(folder, '[purposes.thank_you]\nroles = ["payer"]\nfrom = "tasks"\n', "")
    assert "purposes must be given for thank_you" in refusal(folder)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    assert "must be a readable file" in refusal(tmp_path)
