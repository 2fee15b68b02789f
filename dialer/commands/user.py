"""`dialer user`: who may log in."""

import sys

import click

from dialer.commands.house import Wrong, open_runtime
from dialer.domain.phone import NumberError, normalise
from dialer.domain.words import Language, UserRole
from dialer.people.errors import PeopleError
from dialer.people.invite import make_link
from dialer.people.passwords import MAX_BYTES
from dialer.people.second_factor import forget_factor
from dialer.people.users import NewUser, add_user, find_user
from dialer.runtime import Runtime


@click.group()
def user() -> None:
    """People who log in."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([str(r) for r in UserRole]), required=True)
@click.option("--phone", help="the telephone that is rung for a rep, E.164")
@click.option("--language", type=click.Choice([str(w) for w in Language]), default="zh-CN")
@click.option("--password-stdin", is_flag=True, required=True, help="read the password from stdin")
def add(name: str, role: str, phone: str | None, language: str, password_stdin: bool) -> None:
    """Add a user; the password comes on standard input, so that no list of processes shows it."""
    password = read_password() if password_stdin else ""
    rt = open_runtime()
    new = NewUser(
        name=name,
        password=password,
        role=UserRole(role),
        phone=read_phone(rt, phone),
        language=Language(language),
    )
    try:
        user_id = add_user(rt, new)
    except PeopleError as error:
        raise Wrong(str(error)) from None
    click.echo(f"user {user_id} added: {name} ({role})")


def read_password() -> str:
    """What stands on standard input, without the line's end."""
    return sys.stdin.read(4 * MAX_BYTES).removesuffix("\n").removesuffix("\r")


def read_phone(rt: Runtime, phone: str | None) -> str | None:
    """E.164 of the telephone."""
    try:
        return normalise(phone, rt.settings.default_region) if phone else None
    except NumberError as error:
        raise Wrong(f"--phone: {error}") from None


@user.command()
@click.argument("name")
@click.option("--without-second-factor", is_flag=True, help="take the second factor off too")
def link(name: str, without_second_factor: bool) -> None:
    """Print a one-time link for a new password, such as for an administrator who is locked out."""
    rt = open_runtime()
    try:
        with rt.sessions.write() as session:
            known = find_user(session, name)
            if without_second_factor and known.factor_at is not None:
                forget_factor(session, known, None, rt.now())
        made = make_link(rt, None, known.id)
    except PeopleError as error:
        raise Wrong(str(error)) from None
    click.echo(f"{rt.settings.public_base_url}/welcome/{made.secret}")
