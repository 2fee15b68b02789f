"""A house with only the carrier's doors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import give_back
from tests.webhooks.doors import Doors


@pytest.fixture
def doors(database_url: str, tmp_path: Path) -> Iterator[Doors]:
    house = Doors(database_url, tmp_path / "spool")
    yield house
    give_back(house.rt.sessions.engine)
