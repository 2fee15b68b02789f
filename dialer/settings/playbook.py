"""`playbook/*.toml`: the stages' names, and what reps may say in each language; checked."""

import string
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dialer.domain.playbook import Kind, Module, Playbook
from dialer.domain.words import Language, Purpose, Temperament
from dialer.settings.env import SettingsError
from dialer.settings.rule_file import read_rules

PLACEHOLDERS = frozenset({"name", "account", "rep", "company"})
STAGE_COUNT = 5

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class StagesFile(BaseModel):
    """Each language's names, from the first stage to the last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stages: dict[
        Language,
        Annotated[tuple[Words, ...], Field(min_length=STAGE_COUNT, max_length=STAGE_COUNT)],
    ]


class ModulePart(BaseModel):
    """One piece of talk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    title: Words
    text: Words
    purposes: frozenset[Purpose] = frozenset()
    stages: frozenset[Annotated[int, Field(ge=1, le=STAGE_COUNT)]] = frozenset()
    temperaments: frozenset[Temperament] = frozenset()


class ModulesFile(BaseModel):
    """All pieces in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modules: tuple[ModulePart, ...]


def load_playbook(directory: Path) -> Playbook:
    """Read and check the folder. Raises SettingsError with one line."""
    folder = directory / "playbook"
    named = read_rules(folder / "stages.toml", StagesFile).stages
    missing = sorted(set(Language) - set(named))
    if missing:
        raise SettingsError(
            f"{folder / 'stages.toml'}: stages.{missing[0]}: must be there, got none"
        )
    return Playbook(
        stages=named,
        modules={language: load_modules(folder / f"{language}.toml") for language in Language},
    )


def load_modules(path: Path) -> tuple[Module, ...]:
    """One language's pieces; every purpose must have a core at hand, whoever is called."""
    modules = tuple(Module(**dict(part)) for part in read_rules(path, ModulesFile).modules)
    for place, module in enumerate(modules):
        check_text(path, place, module.text)
    for purpose in Purpose:
        if not any(is_core_of(module, purpose) for module in modules):
            raise SettingsError(f"{path}: modules: must have a core for {purpose}, got none")
    return modules


def is_core_of(module: Module, purpose: Purpose) -> bool:
    """Whether a piece is a core that suits everybody who is called for a purpose."""
    if module.kind is not Kind.CORE or module.stages or module.temperaments:
        return False
    return not module.purposes or purpose in module.purposes


def check_text(path: Path, place: int, text: str) -> None:
    """Refuse a text that names what it may not."""
    try:
        named = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise SettingsError(
            f"{path}: modules.{place}.text: must have closed braces, got {error}"
        ) from None
    for wrong in sorted(named - PLACEHOLDERS):
        allowed = ", ".join(sorted(PLACEHOLDERS))
        raise SettingsError(
            f"{path}: modules.{place}.text: must name only {allowed}, got {wrong!r}"
        )
