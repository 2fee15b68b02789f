"""Where a client sits, when proxies of ours stand between."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

from dialer.settings.people import Network

Environ = dict[str, Any]


class Proxied:
    """WSGI: REMOTE_ADDR becomes the last address that no proxy of ours has.

    X-Forwarded-For of anybody else is never looked at; without known proxies nothing changes.
    """

    def __init__(self, app: Any, proxies: Sequence[Network]) -> None:
        self.app, self.proxies = app, proxies

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Pass on."""
        if self.proxies:
            environ["REMOTE_ADDR"] = client_address(
                environ.get("REMOTE_ADDR", ""),
                environ.get("HTTP_X_FORWARDED_FOR", ""),
                self.proxies,
            )
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The nearest address that is not one of the proxies.

    Each proxy appends whom it saw, so the list is read from its end; what stands before the first
    stranger was written by that stranger and is not believed.
    """
    address = peer
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and is_one_of(address, proxies):
        address = hops.pop()
    return address if is_address(address) else peer


def is_one_of(address: str, proxies: Sequence[Network]) -> bool:
    """Whether the address belongs to a proxy of ours."""
    return is_address(address) and any(ip_address(address) in network for network in proxies)


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
