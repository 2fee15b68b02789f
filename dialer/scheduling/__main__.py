"""`python -m dialer.scheduling`: the clock's process."""

import os
import sys
import threading

from dialer.logs import set_up_logs
from dialer.migrations import WrongSchema
from dialer.models.durability import ForgetfulDatabase
from dialer.runtime import make_runtime
from dialer.scheduling.clock import SeatTaken, run_clock, stop_on_signals
from dialer.settings import SettingsError, load_settings
from dialer.settings.policy import PolicyError


def main() -> int:
    """Run the clock until SIGTERM; 2 if the installation is told something wrong."""
    try:
        settings = load_settings(os.environ)
        set_up_logs(settings)
        rt = make_runtime(settings)
        stop = threading.Event()
        stop_on_signals(stop)
        run_clock(rt, stop)
    except (SettingsError, PolicyError, WrongSchema, ForgetfulDatabase, SeatTaken) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
