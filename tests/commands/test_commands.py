"""The commands of an operator."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from dialer.domain.words import Language, UserRole
from dialer.models import PhoneNumber, User
from dialer.models.switches import HOLD, is_on
from dialer.people.log_in import log_in
from dialer.people.tokens import authenticate_token
from tests.commands.shell import dialer, environ
from tests.world import CONFIG, World

PASSWORD = "correct horse battery"
ADD = ("user", "add", "zhao.lei", "--role", "rep", "--password-stdin")


def test_a_user_is_added_and_logs_in(world: World) -> None:
    options = ("--phone", "021 5555 0195", "--language", "zh-TW")
    said = dialer(*ADD, *options, env=environ(world), stdin=PASSWORD + "\n")
    assert said.returncode == 0, said.stderr
    assert log_in(world.rt, "zhao.lei", PASSWORD, "192.0.2.7")
    with world.sessions.read() as session:
        user = session.scalars(sa.select(User).where(User.name == "zhao.lei")).one()
    assert (user.phone, user.role, user.language) == (
        "+862155550195", UserRole.REP, Language.ZH_TW,
    )  # fmt: skip


@pytest.mark.only_on("sqlite")
def test_a_file_has_one_process_that_writes_it(world: World) -> None:
    said = dialer("web", "--workers", "2", env=environ(world))
    assert (said.returncode, "PostgreSQL" in said.stderr) == (2, True)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("arguments", "password", "complaint"),
    [
        (ADD, "short", "12 characters"),
        (("user", "add", "wang.min", "--role", "rep", "--password-stdin"), PASSWORD, "wang.min"),
        ((*ADD, "--phone", "nonsense"), PASSWORD, "--phone"),
        (("user", "add", "zhao.lei", "--role", "boss", "--password-stdin"), PASSWORD, "boss"),
        (("token", "add", "crm", "--as", "nobody"), "", "nobody"),
        (("token", "add", "crm", "--as", "wang.min", "--scope", "everything"), "", "everything"),
    ],
)
def test_a_mistake_is_said_in_words_and_changes_nothing(
    world: World, arguments: tuple[str, ...], password: str, complaint: str
) -> None:
    said = dialer(*arguments, env=environ(world), stdin=password)
    assert said.returncode == 2
    assert complaint in said.stderr
    assert "Traceback" not in said.stderr
    with world.sessions.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 2


@pytest.mark.only_on("sqlite")
def test_a_token_is_printed_once_and_works(world: World) -> None:
    said = dialer("token", "add", "crm", "--as", "wang.min", "--scope", "calls,all",
                  env=environ(world))  # fmt: skip
    who = authenticate_token(world.rt, said.stdout.strip())
    assert who is not None
    assert who.user.name == "wang.min"
    assert sorted(who.scopes) == ["all", "calls"]


@pytest.mark.only_on("sqlite")
def test_hold_stops_the_floor_and_lets_it_go_again(world: World) -> None:
    for state, on in (("on", True), ("off", False)):
        assert dialer("hold", state, env=environ(world)).returncode == 0
        with world.sessions.read() as session:
            assert is_on(session, HOLD) is on


@pytest.mark.only_on("sqlite")
def test_a_number_is_erased_in_any_spelling_and_an_unknown_one_is_named(world: World) -> None:
    assert dialer("erase", "138 0013-8000", env=environ(world)).returncode == 0
    with world.sessions.read() as session:
        assert session.get_one(PhoneNumber, world.here.number_id).e164 is None
    said = dialer("erase", "13912345678", env=environ(world))
    assert (said.returncode, "never here" in said.stderr) == (2, True)


@pytest.mark.parametrize("command", ["web", "clock", "hold on", "doctor", "check-config"])
def test_a_wrong_setting_stops_every_command_with_one_line(tmp_path: Path, command: str) -> None:
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/dialer.db", "POLICY_DIR": str(CONFIG)}
    said = dialer(*command.split(), env=env)
    assert said.returncode == 2
    assert len(said.stderr.strip().splitlines()) == 1
    assert "PUBLIC_BASE_URL: must be" in said.stderr


@pytest.mark.parametrize("command", ["web", "hold on"])
def test_a_database_without_tables_is_named_with_what_to_do(
    world: World, tmp_path: Path, command: str
) -> None:
    env = environ(world, DATABASE_URL=f"sqlite:///{tmp_path}/empty.db")
    said = dialer(*command.split(), env=env)
    assert said.returncode == 2
    assert len(said.stderr.strip().splitlines()) == 1
    assert "dialer db upgrade" in said.stderr


def test_an_empty_database_is_brought_up_to_date_in_a_folder_of_its_own(
    world: World, tmp_path: Path
) -> None:
    env = environ(world, DATABASE_URL=f"sqlite:///{tmp_path}/new/folder/dialer.db")
    assert dialer("db", "upgrade", env=env).returncode == 0
    assert dialer("db", "upgrade", env=env).returncode == 0
    assert dialer("hold", "on", env=env).returncode == 0


@pytest.mark.only_on("sqlite")
def test_good_rules_are_said_to_be_good(world: World) -> None:
    assert dialer("check-config", env=environ(world)).returncode == 0


@pytest.mark.only_on("sqlite")
def test_each_wrong_rule_file_gets_its_line(world: World, tmp_path: Path) -> None:
    shutil.copytree(CONFIG, tmp_path / "config")
    for name in ("purposes.toml", "cadence.toml"):
        (tmp_path / "config" / name).write_text("[nonsense]\n")
    said = dialer("check-config", env=environ(world, POLICY_DIR=f"{tmp_path}/config"))
    lines = said.stderr.strip().splitlines()
    assert said.returncode == 2
    assert len(lines) == 2
    assert "purposes.toml" in lines[0]
    assert "cadence.toml" in lines[1]
