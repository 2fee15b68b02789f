"""`dialer erase`: what somebody may ask for by law."""

import click

from dialer.commands.house import Wrong, open_runtime
from dialer.domain.phone import NumberError, normalise
from dialer.selling.erasing import StillCalling, erase_number
from dialer.selling.errors import NotFound


@click.command()
@click.argument("number")
def erase(number: str) -> None:
    """Erase a telephone number, and who is reached by it alone; do-not-call entries stay."""
    rt = open_runtime()
    try:
        erase_number(rt, normalise(number, rt.settings.default_region))
    except NumberError as error:
        raise Wrong(f"NUMBER: {error}") from None
    except NotFound:
        raise Wrong("this number was never here") from None
    except StillCalling:
        raise Wrong(
            "a call to this number is not over, or nobody knows whether it is; see the page "
            "Uncertain, and erase it then"
        ) from None
    click.echo("erased; older backups still have it, so erase it again after restoring one")
