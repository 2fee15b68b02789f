"""What the web server's own process runs; apart, so that who starts it need not load it too."""

import threading

from dialer.app import create_app
from dialer.calling.spool import keep_replaying
from dialer.commands.front import Front
from dialer.commands.house import open_runtime
from dialer.webhooks.quick import QuickDoor

THREADS = 32


def make_application() -> object:
    """The app over a runtime made of the environment, and a thread that empties the spool."""
    rt = open_runtime()
    app = create_app(rt)
    threading.Thread(target=keep_replaying, args=(rt,), name="spool", daemon=True).start()
    return Front(app, THREADS, quick=QuickDoor(rt))
