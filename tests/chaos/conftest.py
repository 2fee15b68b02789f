"""A stage for the simulation, on whichever database a test asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.stage import Stage


@pytest.fixture
def stage(database_url: str, tmp_path: Path, sqlite_template: Path) -> Iterator[Stage]:
    """One database for one seed after the other."""
    is_file = database_url.startswith("sqlite")
    opened = Stage(database_url, tmp_path, sqlite_template if is_file else None)
    yield opened
    opened.close()
