"""What a failed request means: was it surely not taken, or can nobody say?

A wrong "not taken" rings somebody twice, so only a short list of causes says it; an exception's
class alone does not, for a refused connection and a lost answer are both `ConnectionError`.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from twilio.base.exceptions import TwilioException
from twilio.base.version import Version
from twilio.http.response import Response
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from dialer.carrier.port import CarrierRefused, CarrierUncertain

# Raised before the first byte of a request can have left; a name that is not found is a
# NewConnectionError. A handshake that fails in another way is not here: it cannot be told from
# a line that broke later.
UNSENT = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)

REFUSALS = frozenset({400, 401, 403, 404})
TWILIO_CODES = range(10_000, 100_000)
THROTTLED, QUEUE_FULL, NOT_FOUND = 20429, 22005, 20404
# Wrong or suspended credentials, no money left: no call of this account would be taken.
ACCOUNT_CODES = frozenset({10001, 10002, 20003, 20005, 20008, 20403})
# A country that the account has not been opened to.
PLACE_CODES = frozenset({13227, 21215})
# The room has a participant of this label: it may be our own request that put it there.
LABEL_TAKEN = frozenset({16025, 16026})


@contextmanager
def carrier_errors() -> Iterator[None]:
    """Let nothing out but the port's two exceptions.

    The cause is dropped, for its text has numbers in it.
    """
    try:
        yield
    except (CarrierRefused, CarrierUncertain):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the request may have arrived
        raise classify(error) from None


def classify(error: Exception) -> CarrierRefused | CarrierUncertain:
    """The port's word for a failure under the twilio client."""
    if any(isinstance(cause, UNSENT) for cause in causes(error)):
        return CarrierRefused(0, permanent=False)
    if isinstance(error, TwilioException):
        answer = next((arg for arg in error.args if isinstance(arg, Response)), None)
        # A listing's failure keeps its answer unread.
        error = error if answer is None else Version.exception("GET", "", answer, "")
        return classify_answer(getattr(error, "status", 0), getattr(error, "code", 0))
    return CarrierUncertain(type(error).__name__)


def classify_answer(status: int, code: object) -> CarrierRefused | CarrierUncertain:
    """The port's word for an answer that is no success.

    A refusal without one of Twilio's codes may be some proxy's, after Twilio took the request.
    """
    known = code if isinstance(code, int) and code in TWILIO_CODES else 0
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return CarrierRefused(known or THROTTLED, permanent=False)
    if known in (THROTTLED, QUEUE_FULL) and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return CarrierRefused(known, permanent=False)
    if known and status in REFUSALS and known not in LABEL_TAKEN:
        return CarrierRefused(
            known,
            permanent=True,
            trips_breaker=status in (401, 403) or known in ACCOUNT_CODES,
            closes_place=known in PLACE_CODES,
            is_unknown=known == NOT_FOUND,
        )
    return CarrierUncertain(f"HTTP {status}, code {known}")


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps; not its context, which may be an earlier, mended failure."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        wrapped = (getattr(inner, "reason", None), getattr(inner, "original_error", None))
        inner = next((e for e in (*wrapped, *inner.args) if isinstance(e, BaseException)), None)
