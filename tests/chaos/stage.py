"""The database that one seed after the other plays on, emptied in between."""

import shutil
from pathlib import Path

import sqlalchemy as sa

from dialer.models.base import Base
from dialer.models.database import make_engine
from dialer.runtime import Runtime
from tests.world import assemble, make_settings

PROCESSES = ("web-1", "web-2", "clock-1", "clock-2")


class Stage:
    """Engines are kept from seed to seed, for what they have compiled; connections are not."""

    def __init__(self, url: str, folder: Path, template: Path | None = None) -> None:
        self.url, self.folder, self.template = url, folder, template
        self.engines = {name: make_engine(url) for name in (*PROCESSES, "observer")}
        self.base: Runtime = assemble(
            settings=make_settings(url, str(folder / "spool")),
            sessions=None, carrier=None, now=None, monotonic=None, wait=None, token=None,
        )  # fmt: skip

    @property
    def observer(self) -> sa.Engine:
        return self.engines["observer"]

    def clear(self) -> None:
        """An empty database with today's schema, and no connection to it."""
        for engine in self.engines.values():
            engine.dispose()
        for name in PROCESSES:
            shutil.rmtree(self.box(name), ignore_errors=True)
        if self.template is not None:
            self.copy_template(self.template)
        else:
            self.truncate()

    def box(self, name: str) -> Path:
        """The spool of a host: each has a web and a clock."""
        return self.folder / f"spool-{name.rpartition('-')[2]}"

    def copy_template(self, template: Path) -> None:
        path = Path(str(self.observer.url.database))
        for leftover in path.parent.glob(f"{path.name}-*"):
            leftover.unlink()
        shutil.copyfile(template, path)

    def truncate(self) -> None:
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        with self.observer.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()
