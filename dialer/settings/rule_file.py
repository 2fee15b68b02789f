"""Reading a rule file: any doubt stops the start with `file: key: must be …, got …`."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dialer.settings.env import SettingsError

File = TypeVar("File", bound=BaseModel)


def read_rules(path: Path, shape: type[File]) -> File:
    """The file in its shape. Raises SettingsError with one line."""
    try:
        return shape.model_validate(read_toml(path))
    except ValidationError as error:
        raise SettingsError(f"{path}: {first_fault(error)}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content. Raises SettingsError with one line."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise SettingsError(f"{path}: must be a readable file, got nothing") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: must be TOML, got {error}") from None


def first_fault(error: ValidationError) -> str:
    """The first fault as `key: must be …, got …`."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"]) or "the file"
    return f"{key}: must be right ({fault['msg']}), got {fault['input']!r:.80}"
