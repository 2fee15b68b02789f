"""The rule files, parsed at start into frozen values; any doubt stops the start with one line."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialer.domain.holidays import Calendar
from dialer.domain.policy import Closure, DialRules, Policy, Preset, PurposeRule
from dialer.domain.regions import Regions, UnknownRegionError
from dialer.domain.shipped import LIST_DAYS, SHIPPED
from dialer.domain.words import Purpose
from dialer.settings.policy_files import (
    CalendarFile,
    ClosuresFile,
    DialFile,
    PresetTable,
    PurposeTable,
    RegionsFile,
)

MAX_SHOWN = 80

Shape = TypeVar("Shape", bound=BaseModel)
Value = TypeVar("Value")


class PolicyError(Exception):
    """One line: the file, the key, what it must be, and what it was."""


def load_policy(directory: Path) -> Policy:
    """Read `presets/*.toml`, `holidays/*.toml`, `purposes`, `regions`, `dial` and `closures`.

    Raises PolicyError. The digest is over the parsed content: comments and order do not count.
    """
    files = {path: read_toml(path) for path in rule_files(directory)}
    regions = parse_regions(directory / "regions.toml", files)
    calendars = parse_calendars(directory / "holidays", files)
    return Policy(
        presets=parse_presets(directory / "presets", files, regions, calendars),
        purposes=parse_purposes(directory / "purposes.toml", files),
        calendars=calendars,
        regions=regions,
        dial=parse_dial(directory / "dial.toml", files, regions),
        closures=parse_closures(directory / "closures.toml", files, regions),
        digest=digest_of({path.relative_to(directory): data for path, data in files.items()}),
    )


def rule_files(directory: Path) -> Iterator[Path]:
    """The files of the gate's rules, in a fixed order."""
    for name in ("closures", "dial", "purposes", "regions"):
        yield directory / f"{name}.toml"
    for folder in ("presets", "holidays"):
        yield from sorted((directory / folder).glob("*.toml"))


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of one file. Raises PolicyError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: must be there, got nothing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: must be TOML, got: {error}") from None


def digest_of(content: Mapping[Path, Any]) -> str:
    """SHA-256 of what the files say."""
    named = {path.as_posix(): data for path, data in content.items()}
    return hashlib.sha256(json.dumps(named, sort_keys=True, default=str).encode()).hexdigest()


def parse(shape: type[Shape], path: Path, key: str, data: object) -> Shape:
    """Check one table. Raises PolicyError for its first mistake."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise PolicyError(describe_mistake(path, key, error)) from None


def describe_mistake(path: Path, key: str, error: ValidationError) -> str:
    """`file: key: must be …, got …`."""
    mistake = error.errors(include_url=False)[0]
    place = ": ".join(filter(None, [str(path), ".".join(map(str, filter_key(key, mistake)))]))
    if mistake["type"] == "extra_forbidden":
        return f"{place}: must be a known key, got {mistake['loc'][-1]!r}"
    if mistake["type"] == "missing":
        return f"{place}: must be given, got nothing"
    wanted = mistake["msg"].removeprefix("Value error, ").removeprefix("Input should ")
    wanted = wanted if wanted.startswith(("be ", "have ")) else f"be {wanted}"
    return f"{place}: must {wanted}, got {show(mistake['input'])}"


def filter_key(key: str, mistake: ErrorDetails) -> Iterator[str | int]:
    """The table's key, where it has one, and the place within the table."""
    yield from (part for part in (key, *mistake["loc"]) if part != "")


def show(value: object) -> str:
    """What was given, if it is short."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def build(path: Path, key: str, make: Callable[[], Value]) -> Value:
    """Build a domain value. Raises PolicyError for what the domain refuses."""
    try:
        return make()
    except ValueError as error:
        raise PolicyError(f"{path}: {key}: {error}") from None


def check_region(path: Path, key: str, region: str, regions: Regions) -> None:
    """Raise PolicyError for a region that is none."""
    try:
        regions.lineage(region)
    except UnknownRegionError as error:
        raise PolicyError(f"{path}: {key}: must be a known region, got {error.region!r}") from None


def parse_regions(path: Path, files: Mapping[Path, Any]) -> Regions:
    """Zones by subdivision."""
    shape = parse(RegionsFile, path, "", files[path])
    return Regions(
        zones={region: tuple(sorted(zones)) for region, zones in shape.zones.items()},
        cities=shape.cities,
    )


def parse_calendars(folder: Path, files: Mapping[Path, Any]) -> dict[str, Calendar]:
    """Holiday tables by id."""
    calendars: dict[str, Calendar] = {}
    for path in within(folder, files):
        shape = parse(CalendarFile, path, "", files[path])
        if shape.id in calendars:
            raise PolicyError(f"{path}: id: must be given once, got {shape.id!r} twice")
        calendars[shape.id] = shape.calendar()
    return calendars


def parse_presets(
    folder: Path, files: Mapping[Path, Any], regions: Regions, calendars: Mapping[str, Calendar]
) -> dict[str, Preset]:
    """Presets by id; all that we ship must be there."""
    presets: dict[str, Preset] = {}
    for path in within(folder, files):
        for id_, data in files[path].items():
            if id_ in presets:
                raise PolicyError(f"{path}: {id_}: must be given once, got two")
            table = parse(PresetTable, path, id_, data)
            check_names(path, id_, table, regions, calendars)
            presets[id_] = build(path, id_, lambda t=table, i=id_: t.preset(i))  # type: ignore[misc]
    missing = next((id_ for id_ in SHIPPED if id_ not in presets), None)
    if missing is not None:
        raise PolicyError(f"{folder}: {missing}: must be there, got nothing")
    return presets


def check_names(
    path: Path, id_: str, table: PresetTable, regions: Regions, calendars: Mapping[str, Calendar]
) -> None:
    """Raise PolicyError where a preset names what is not there."""
    for region in table.regions:
        check_region(path, f"{id_}.regions", region, regions)
    if table.calendar is not None and table.calendar not in calendars:
        known = ", ".join(sorted(calendars))
        raise PolicyError(f"{path}: {id_}.calendar: must be one of {known}, got {table.calendar!r}")


def parse_purposes(path: Path, files: Mapping[Path, Any]) -> dict[Purpose, PurposeRule]:
    """Every purpose has its rule, and nothing else has one."""
    tables = files[path]
    unknown = next((key for key in tables if key not in set(Purpose)), None)
    if unknown is not None:
        raise PolicyError(
            f"{path}: {unknown}: must be one of {', '.join(Purpose)}, got {unknown!r}"
        )
    missing = next((purpose for purpose in Purpose if purpose not in tables), None)
    if missing is not None:
        raise PolicyError(f"{path}: {missing}: must be given, got nothing")
    shapes = {p: parse(PurposeTable, path, p, tables[p]) for p in Purpose}
    return {p: build(path, p, lambda p=p: shapes[p].rule(p)) for p in Purpose}  # type: ignore[misc]


def parse_dial(path: Path, files: Mapping[Path, Any], regions: Regions) -> DialRules:
    """Countries that may be dialled, and the age of do-not-call lists."""
    shape = parse(DialFile, path, "", files[path])
    for country in (*shape.countries, *shape.lists_required, *shape.list_days):
        check_region(path, "countries", country, regions)
    check_list_days(path, shape)
    return shape.rules()


def check_list_days(path: Path, shape: DialFile) -> None:
    """Raise PolicyError where a list may be older than the law has it."""
    for country, days in LIST_DAYS.items():
        given = shape.list_days.get(country)
        if given is None or given > days:
            raise PolicyError(f"{path}: list_days.{country}: must be at most {days}, got {given}")


def parse_closures(path: Path, files: Mapping[Path, Any], regions: Regions) -> tuple[Closure, ...]:
    """Ad-hoc bans."""
    shape = parse(ClosuresFile, path, "", files[path])
    for number, table in enumerate(shape.closures):
        check_region(path, f"closures.{number}.region", table.region, regions)
    return tuple(table.closure() for table in shape.closures)


def within(folder: Path, files: Mapping[Path, Any]) -> list[Path]:
    """The files of one folder. Raises PolicyError for an empty one."""
    paths = [path for path in files if path.parent == folder]
    if not paths:
        raise PolicyError(f"{folder}: must hold *.toml files, got none")
    return paths
