"""What the web server's own process runs; apart, so that who starts it need not load it too."""

from dialer.app import create_app
from dialer.commands.house import open_runtime


def make_application() -> object:
    """The app over a runtime made of the environment."""
    return create_app(open_runtime())
