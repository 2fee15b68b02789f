"""A house with only the carrier's doors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webhooks.doors import Doors


@pytest.fixture
def doors(database_url: str, tmp_path: Path) -> Iterator[Doors]:
    house = Doors(database_url, tmp_path / "spool")
    yield house
    house.rt.sessions.engine.dispose()
