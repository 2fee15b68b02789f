"""A dialer that is wrong on purpose: it rings first and writes it down afterwards.

Killed in between, it leaves calls that nobody knows of. The harness must see them here, or it
would see them nowhere.
"""

import base64
import os
import sqlite3
import urllib.parse
import urllib.request

BUSY_SECONDS = 10


def main() -> int:
    """Ring every number that is not written down, one after the other."""
    database = sqlite3.connect(os.environ["RECORD_AFTER"], timeout=BUSY_SECONDS)
    waiting = database.execute("SELECT number FROM wishes WHERE number NOT IN (SELECT * FROM rung)")
    for (number,) in waiting.fetchall():
        ring(number)
        database.execute("INSERT INTO rung VALUES (?)", (number,))
        database.commit()
    return 0


def ring(number: str) -> None:
    account, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
    form = {
        "To": number, "From": os.environ["CALLER_IDS"].split(",")[0],
        "Url": f"{os.environ['PUBLIC_BASE_URL']}/webhooks/voice/{'0' * 32}",
    }  # fmt: skip
    login = base64.b64encode(f"{account}:{token}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - our own simulator
        f"{os.environ['TWILIO_API_BASE_URL']}/2010-04-01/Accounts/{account}/Calls.json",
        data=urllib.parse.urlencode(form).encode(),
        headers={"Authorization": f"Basic {login}"},
    )
    with urllib.request.urlopen(request, timeout=BUSY_SECONDS) as answer:  # noqa: S310
        answer.read()
