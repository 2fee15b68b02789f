"""Kill after kill for a while, then quiet, then the count: real processes in `make chaos`."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.killing import CLOCK_DEATHS, WEB_DEATHS, Kills, Site, a_site

PATIENCE = 6.0
# A request whose sender died is looked for after a minute.
QUIET_SECONDS = 150.0
CALLS_PER_SECOND = 6
Say = Callable[[str], None]


def spree(url: str, folder: Path, seconds: float, seed: int, say: Say) -> Kills:
    """Kill clocks and webs for so long, and count once everything that can be found is found."""
    customers = int(seconds * CALLS_PER_SECOND) + 50
    with a_site(url, folder, customers, seed) as site:
        end, web = time.monotonic() + seconds, site.start("web")
        others = [] if site.sessions.is_sqlite else [site.start("clock")]
        while time.monotonic() < end:
            web = one_death(site, web)
            if site.result.kills % 20 == 0:
                say(f"{site.result.kills} kills")
        quieten(site, say)
        site.look(is_settled=True)
        for pid, role in ((web, "web"), *((pid, "clock") for pid in others)):
            site.kill(pid, role)
        return site.result


def one_death(site: Site, web: int) -> int:
    """Somebody dies, at a step or at any moment; the web that lives afterwards."""
    draw = site.dice.random()
    if draw < 0.45:
        site.live_until_death("clock", site.dice.choice(CLOCK_DEATHS), PATIENCE)
    elif draw < 0.8:
        site.live_for("clock", site.dice.uniform(0.1, 2.0))
    else:
        web = web_death(site, web, at_a_step=draw < 0.9)
    return web


def web_death(site: Site, web: int, *, at_a_step: bool) -> int:
    """The web dies while a clock goes on placing calls; another takes its place."""
    clock = site.start("clock")
    site.kill(web, "web")
    if at_a_step:
        site.live_until_death("web", site.dice.choice(WEB_DEATHS), PATIENCE)
    else:
        site.live_for("web", site.dice.uniform(0.5, 2.0))
    web = site.start("web")
    site.kill(clock, "clock")
    return web


def quieten(site: Site, say: Say) -> None:
    """Nobody dies any more, until nothing is open or no more can be found out soon."""
    site.stop_new_calls()
    clock, end = site.start("clock"), time.monotonic() + QUIET_SECONDS
    while time.monotonic() < end and site.unfound():
        say(f"quiet: {site.unfound()} calls are still to be found out")
        time.sleep(5)
    site.kill(clock, "clock")
