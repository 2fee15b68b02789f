"""`dialer check-config`: whether the installation could start, without starting it."""

import os
from collections.abc import Callable, Iterator

import click

from dialer.commands.house import WRONG
from dialer.settings import SettingsError, load_settings
from dialer.settings.cadence import load_cadence
from dialer.settings.calls import load_call_rules
from dialer.settings.people import load_people_rules
from dialer.settings.planning import load_planning
from dialer.settings.playbook import load_playbook
from dialer.settings.policy import PolicyError, load_policy
from dialer.settings.scripts import load_scripts

READERS: tuple[Callable[..., object], ...] = (
    load_policy, load_cadence, load_planning, load_call_rules, load_people_rules, load_scripts,
    load_playbook,
)  # fmt: skip


@click.command()
def check_config() -> None:
    """Read the environment and the rule files; one line for each error."""
    errors = list(find_errors())
    for error in errors:
        click.echo(error, err=True)
    if errors:
        raise SystemExit(WRONG)
    click.echo("the environment and the rule files are fine")


def find_errors() -> Iterator[str]:
    """What is wrong with the environment, and with the rule files wherever they can be read."""
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        yield str(error)
        return
    for read in READERS:
        try:
            read(settings.policy_dir)
        except (PolicyError, SettingsError) as error:
            yield str(error)
