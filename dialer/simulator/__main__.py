"""python -m dialer.simulator --port 9000 --seed 1 --speed 10"""

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta

from dialer.simulator.exchange import Exchange, Settings
from dialer.simulator.running import wall_time
from dialer.simulator.server import serve

DEMO_ACCOUNT = "AC" + "5" * 32
DEMO_KEY = "SK" + "5" * 32
DEMO_SECRET = "simulated-key-secret-of-32-bytes"  # noqa: S105 (the same)
DEMO_TOKEN = "simulated-token"  # noqa: S105 (it opens nothing but this simulator)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A phone company in a box.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="shortens what people do")
    parser.add_argument("--calls-per-second", type=float, default=1.0)
    parser.add_argument("--clock-start", help="where the clock begins (default: now)")
    parser.add_argument("--public-url", help="how others reach this program")
    return parser.parse_args(arguments)


def settings_from(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """Raises ValueError with one line that names what is wrong."""
    if options.speed <= 0 or options.calls_per_second <= 0:
        raise ValueError("--speed and --calls-per-second: must be more than 0")
    start = options.clock_start or environment.get("DIALER_CLOCK_START", "")
    numbers = environment.get("CALLER_IDS", "+15005550006").split(",")
    return Settings(
        account_sid=environment.get("TWILIO_ACCOUNT_SID") or DEMO_ACCOUNT,
        auth_token=environment.get("TWILIO_AUTH_TOKEN") or DEMO_TOKEN,
        caller_ids=tuple(number.strip() for number in numbers if number.strip()),
        base_url=options.public_url or f"http://{options.host}:{options.port}",
        calls_per_second=options.calls_per_second,
        seed=options.seed,
        speed=options.speed,
        start=_start(start, environment.get("DIALER_CLOCK_BEGUN", "")),
        voice_url=environment.get("VOICE_URL", ""),
        api_key_sid=environment.get("TWILIO_API_KEY_SID") or DEMO_KEY,
        api_key_secret=environment.get("TWILIO_API_KEY_SECRET") or DEMO_SECRET,
    )


def _start(start: str, begun: str) -> datetime:
    """Where the clock stands now: at `start` when others began to count (seconds since 1970)."""
    if not start:
        return wall_time()
    waited = wall_time().timestamp() - float(begun) if begun else 0.0
    return _instant(start) + timedelta(seconds=waited)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"DIALER_CLOCK_START: must be an instant with its zone, got {text}")
    return instant


def main() -> None:
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), format="simulator: %(message)s")
    options = parse(sys.argv[1:])
    try:
        settings = settings_from(options, os.environ)
    except ValueError as error:
        sys.exit(f"simulator: {error}")
    serve(Exchange(settings), options.host, options.port)


if __name__ == "__main__":
    main()
