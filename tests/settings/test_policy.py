"""The rule files: any doubt stops the start with one line that names file, key and reason."""

import re
import shutil
from pathlib import Path

import pytest

from dialer.domain.policy import Law
from dialer.domain.words import Purpose
from dialer.settings.policy import PolicyError, load_policy

CONFIG = Path("config")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the shipped rules, to be spoiled."""
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence, which must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def refusal(rules: Path) -> str:
    """The line with which the start stops, without the directory."""
    with pytest.raises(PolicyError) as stopped:
        load_policy(rules)
    line = str(stopped.value)
    assert "\n" not in line
    return line.replace(f"{rules}/", "")


def test_the_shipped_rules_are_fine() -> None:
    policy = load_policy(CONFIG)
    assert (len(policy.presets), set(policy.purposes)) == (59, set(Purpose))
    assert re.fullmatch("[0-9a-f]{64}", policy.digest)
    assert policy.widenings == {}


def test_the_digest_is_that_of_the_content(rules: Path) -> None:
    before = load_policy(rules).digest
    edit(rules / "closures.toml", "# Ad-hoc", "# Other words;\n# ad-hoc")
    assert load_policy(rules).digest == before
    edit(rules / "purposes.toml", "20:00-21:00", "20:00-20:30")
    assert load_policy(rules).digest != before


def storm(region: str, first_on: str, last_on: str) -> str:
    """A ban, as the file spells it."""
    days = f"first_on = {first_on}\nlast_on = {last_on}"
    return f'[[closures]]\nregion = "{region}"\n{days}\nreason = "storm"\nlaws = ["sales"]'


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("presets/us.toml", "limit = 7", "limit = 0",
         "presets/us.toml: US-debt.caps.0.limit: must be greater than or equal to 1, got 0"),
        ("presets/us.toml", "limit = 7", 'limit = "7"',
         "presets/us.toml: US-debt.caps.0.limit: must be a valid integer, got '7'"),
        ("presets/us.toml", "limit = 7", "limit = 7\nlimits = 8",
         "presets/us.toml: US-debt.caps.0.limits: must be a known key, got 'limits'"),
        ("presets/us.toml", "rolling_hours = 168", 'rolling_hours = 168\ncalendar = "day"',
         "presets/us.toml: US-debt.caps.0: must be either rolling_hours or calendar, got "),
        ("presets/us.toml", "local_days = 7", "local_days = 7\nhours = 9",
         "presets/us.toml: US-debt.cool_offs.0: must be either hours or local_days, got "),
        ("presets/us.toml", 'event = "attempt"', 'event = "ring"',
         "presets/us.toml: US-debt.caps.0.event: must be 'attempt', 'connected', 'contact', "),
        ("presets/us.toml", 'mon_fri = "08:00-21:00"', 'mon_fri = "21:00-08:00"',
         "presets/us.toml: US.mon_fri: must be windows that end after they start (split one "),
        ("presets/us.toml", 'mon_fri = "08:00-21:00"', 'mon_fri = ""',
         "presets/us.toml: US.mon_fri: must be windows such as 08:00-12:00,14:00-20:00, or "),
        ("presets/us.toml", 'mon_fri = "08:00-21:00"\n', "",
         "presets/us.toml: US.mon_fri: must be given, got nothing"),
        ("presets/us.toml", '"US", "PR"', '"US", "XX"',
         "presets/us.toml: US.regions: must be a known region, got 'XX'"),
        ("presets/us.toml", 'calendar = "US-AL"', 'calendar = "US-XX"',
         "presets/us.toml: US-AL.calendar: must be one of "),
        ("presets/us.toml", 'calendar = "US-AL"\n', "",
         "presets/us.toml: US-AL: must be given a calendar where holidays are not the same, got "),
        ("presets/us.toml", "[US-FL]", "[US-FL",
         "presets/us.toml: must be TOML, got: "),
        ("presets/nz.toml", "[NZ]", "[NZ-AUK]",
         "presets: NZ: must be there, got nothing"),
        ("purposes.toml", "[closing]", "[closing_hour]",
         "purposes.toml: closing_hour: must be one of appointment, first_visit, follow_up, "),
        ("purposes.toml", "20:00-21:00", "20:00-22:30",
         "purposes.toml: closing: hours: must be within 06:00-22:00, got 20:00-22:30"),
        ("dial.toml", '"AE", ', '"XX", ',
         "dial.toml: countries: must be a known region, got 'XX'"),
        ("dial.toml", "CA = 31", "CA = 0",
         "dial.toml: list_days.CA: must be greater than or equal to 1, got 0"),
        ("closures.toml", "closures = []",
         storm("US-XX", "2026-01-01", "2026-01-02"),
         "closures.toml: closures.0.region: must be a known region, got 'US-XX'"),
        ("closures.toml", "closures = []",
         storm("US-LA", "2026-01-03", "2026-01-02"),
         "closures.toml: closures.0: must be first_on not after last_on, got "),
        ("regions.toml", '"America/Chicago"', '"America/Chikago"',
         "regions.toml: zones.US-AL: must be IANA zones such as Asia/Shanghai, got "),
        ("regions.toml", 'US-AL = ["America/Chicago"]', "US-AL = []",
         "regions.toml: zones.US-AL: must be a list of at least one zone, got []"),
        ("holidays/de.toml", "2024-01-01 =", "2024-02-30 =",
         "holidays/de.toml: days: must be "),
        ("holidays/de.toml", "first_on = 2024", "first_on = 2034",
         "holidays/de.toml: must be first_on before last_on, got "),
        ("holidays/de.toml", 'id = "DE"', 'id = "CN"',
         "holidays/de.toml: id: must be given once, got 'CN' twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_key_and_reason(
    rules: Path, file: str, old: str, new: str, line: str
) -> None:
    edit(rules / file, old, new)
    assert refusal(rules).startswith(line)


def test_a_ban_is_read(rules: Path) -> None:
    edit(rules / "closures.toml", "closures = []", storm("US-LA", "2026-09-01", "2026-09-02"))
    (closure,) = load_policy(rules).closures
    assert (closure.region, str(closure.last_on), closure.laws) == (
        "US-LA",
        "2026-09-02",
        frozenset({Law.SALES}),
    )


def test_a_purpose_that_is_missing_is_named(rules: Path) -> None:
    text = (rules / "purposes.toml").read_text()
    (rules / "purposes.toml").write_text(text[: text.index("[after_sales]")])
    assert refusal(rules) == "purposes.toml: after_sales: must be given, got nothing"


def test_a_file_that_is_missing_is_named(rules: Path) -> None:
    (rules / "dial.toml").unlink()
    assert refusal(rules) == "dial.toml: must be there, got nothing"


def test_a_folder_without_files_is_named(rules: Path) -> None:
    shutil.rmtree(rules / "holidays")
    assert refusal(rules) == "holidays: must hold *.toml files, got none"


def test_a_sure_preset_cannot_be_widened_by_anybody(rules: Path) -> None:
    edit(rules / "presets/us.toml", 'sat = "08:00-21:00"', 'sat = "07:30-21:00"')
    assert refusal(rules).startswith(
        "presets/us.toml: US: hours: must be within what we ship (08:00-"
    )
    signed = '\n[US.widened]\nby = "Chen Jie"\nreason = "wish"\non = 2026-11-22\n\n[US.consent]'
    edit(rules / "presets/us.toml", "\n[US.consent]", signed)
    assert refusal(rules).startswith("presets/us.toml: US: hours: must be within what we ship")


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("presets/us.toml", "limit = 7", "limit = 8",
         "presets/us.toml: US-debt: caps: must keep 7 attempt per debt in 168 hours, or be"),
        ("presets/us.toml", "local_days = 7", "local_days = 6",
         "presets/us.toml: US-debt: cool_offs: must keep the pause after each conversation per"),
        ("presets/de.toml", "[DE.consent]", "[DE.consent]\nblocks = false",
         "presets/de.toml: DE: consent: must block calls by machine, rep without express, wr"),
        ("presets/us.toml", 'regions = ["US", "PR",', 'regions = ["US",',
         "presets/us.toml: US: regions: must keep PR"),
        ("dial.toml", "US = 31", "US = 32", "dial.toml: list_days.US: must be at most 31, got 32"),
        ("dial.toml", "GB = 28\n", "", "dial.toml: list_days.GB: must be at most 28, got None"),
    ],
)  # fmt: skip
def test_no_file_loosens_what_the_law_says(
    rules: Path, file: str, old: str, new: str, line: str
) -> None:
    edit(rules / file, old, new)
    assert refusal(rules).startswith(line)


def test_a_sure_preset_cannot_open_on_its_holidays(rules: Path) -> None:
    edit(rules / "presets/de.toml", 'holidays = "closed"', 'holidays = "weekend hours"')
    assert "holidays closed), got" in refusal(rules)


def test_a_preset_cannot_change_its_use(rules: Path) -> None:
    edit(rules / "presets/de.toml", 'use = "sales"', 'use = "sales (automated)"')
    assert refusal(rules) == "presets/de.toml: DE: use: must be sales, got sales (automated)"


SIGNED = '[BR.widened]\nby = "Chen Jie"\nreason = "counsel of 3 May"\non = 2026-11-22\n'


def test_a_weak_preset_opens_within_the_ceiling_with_a_name_and_a_reason(rules: Path) -> None:
    edit(rules / "presets/br.toml", 'sun = "closed"', 'sun = "08:00-21:00"')
    assert refusal(rules).startswith("presets/br.toml: BR: widened: must be {by, reason, on}")
    brazil = rules / "presets/br.toml"
    brazil.write_text(f"{brazil.read_text()}\n{SIGNED}")
    assert load_policy(rules).widenings["BR"].by == "Chen Jie"


def test_a_weak_preset_opens_no_further_whoever_signs(rules: Path) -> None:
    edit(rules / "presets/br.toml", 'sun = "closed"', 'sun = "08:00-21:30"')
    brazil = rules / "presets/br.toml"
    brazil.write_text(f"{brazil.read_text()}\n{SIGNED}")
    assert refusal(rules) == (
        "presets/br.toml: BR: hours: must be within 08:00-21:00, got 08:00-21:30"
    )


def test_nothing_opens_before_six_or_after_ten(rules: Path) -> None:
    edit(rules / "presets/ph.toml", "06:00-22:00", "05:59-22:00")
    assert refusal(rules) == (
        "presets/ph.toml: PH-debt: hours: must be within 06:00-22:00, got 05:59-22:00"
    )


def test_narrowing_is_free(rules: Path) -> None:
    edit(rules / "presets/us.toml", '"08:00-21:00"', '"09:00-12:00,13:00-20:00"')
    edit(rules / "presets/tw.toml", 'holidays = "same"', 'holidays = "closed"\ncalendar = "CN"')
    assert load_policy(rules).widenings == {}


def test_a_preset_is_given_once(rules: Path) -> None:
    shutil.copy(rules / "presets/hk.toml", rules / "presets/zz.toml")
    assert refusal(rules) == "presets/zz.toml: HK: must be given once, got two"


def test_a_preset_of_ones_own_keeps_to_the_weak_ceiling(rules: Path) -> None:
    own = (rules / "presets/nz.toml").read_text().replace("[NZ]", "[KE]").replace('"NZ"]', '"KE"]')
    (rules / "presets/ke.toml").write_text(own.replace('confidence = "C"', 'confidence = "A"'))
    assert load_policy(rules).presets["KE"].regions == {"KE"}
    edit(rules / "presets/ke.toml", "08:00-21:00", "07:00-21:00")
    assert refusal(rules) == (
        "presets/ke.toml: KE: hours: must be within 08:00-21:00, got 07:00-21:00"
    )
