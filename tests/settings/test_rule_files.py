"""Rule files other than the gate's: a mistake is named with file, key and reason."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialer.settings import SettingsError
from dialer.settings.cadence import load_cadence
from dialer.settings.calls import load_call_rules
from dialer.settings.people import load_people_rules
from dialer.settings.playbook import load_playbook
from dialer.settings.scripts import load_scripts

SHIPPED = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "config")
    return tmp_path / "config"


@pytest.mark.parametrize(
    ("load", "file", "old", "new", "said"),
    [
        (load_call_rules, "calls.toml", "ring_seconds = 30", "ring_seconds = 90", "ring_seconds"),
        (load_call_rules, "calls.toml", "records", "recrods", "records"),
        (load_call_rules, "calls.toml", "over_seconds = 360", "over_seconds = 300", "lengths"),
        (load_playbook, "playbook/stages.toml", '"New", ', "", "stages.en"),
        (load_playbook, "playbook/en.toml", "{rep} of", "{owner} of", "modules.0.text"),
        (load_playbook, "playbook/en.toml", '"story"', '"fairy tale"', "modules.7.kind"),
        (load_playbook, "playbook/zh-CN.toml", 'kind = "core"', 'kind = "story"', "modules: "),
        (load_people_rules, "people.toml", "minute = 20", "minute = 0", "dials_per_minute"),
        (load_people_rules, "people.toml", "roles = []", 'roles = ["boss"]', "second_factor_roles"),
        (load_people_rules, "people.toml", "proxies = []", 'proxies = ["x"]', "trusted_proxies"),
        (load_cadence, "cadence.toml", "times = 3", "times = 0", "retry.busy.times"),
        (load_cadence, "cadence.toml", '"said", "fine"', '"maybe", "fine"', "dispositions.care"),
        (load_cadence, "cadence.toml", 'disposition = "paid"', 'disposition = "no"', "after.no"),
        (load_scripts, "scripts/en.toml", "{company} calling", "{amount} calling", "texts.who"),
        (load_scripts, "scripts/zh-CN.toml", "goodbye =", "goodby =", "texts.goodby"),
        (load_scripts, "scripts/zh-TW.toml", "company =", "compony =", "company"),
    ],
)
def test_a_mistake_stops_the_start_and_is_named(
    rules: Path, load: Callable[[Path], Any], file: str, old: str, new: str, said: str
) -> None:
    path = rules / file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsError) as refusal:
        load(rules)
    assert str(refusal.value).startswith(f"{path}: {said}")


@pytest.mark.parametrize("load", [load_call_rules, load_cadence, load_people_rules, load_scripts])
def test_a_missing_file_is_named(tmp_path: Path, load: Callable[[Path], Any]) -> None:
    with pytest.raises(SettingsError, match="must be a readable file, got nothing"):
        load(tmp_path)


def test_no_text_before_the_confirmation_may_name_the_debt(rules: Path) -> None:
    path = rules / "scripts" / "en.toml"
    path.write_text(path.read_text("utf-8").replace("call us back.", "pay {amount}.", 1), "utf-8")
    with pytest.raises(SettingsError, match=r"texts\.voicemail: must name only company, name"):
        load_scripts(rules)
