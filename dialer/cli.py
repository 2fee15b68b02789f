"""One command for everything: `dialer …`."""

from importlib import import_module

import click

# Loaded only when asked for, so that `dialer verdict` need not wait for the pages.
COMMANDS = {
    "check-config": "dialer.commands.check_config:check_config",
    "clock": "dialer.commands.clock:clock",
    "db": "dialer.commands.db:db",
    "demo": "dialer.commands.demo:demo",
    "doctor": "dialer.commands.doctor:doctor",
    "erase": "dialer.commands.erase:erase",
    "hold": "dialer.commands.hold:hold",
    "import": "dialer.commands.import_:bring_in",
    "live": "dialer.commands.live:live",
    "simulator": "dialer.commands.simulator:simulator",
    "token": "dialer.commands.token:token",
    "user": "dialer.commands.user:user",
    "verdict": "dialer.commands.verdict:verdict",
    "web": "dialer.commands.web:web",
}


class LazyGroup(click.Group):
    """A group that imports a command when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup)
def main() -> None:
    """Reps click, the server places, bridges and logs the call."""


if __name__ == "__main__":
    main()
