"""The addresses at which the carrier reaches us, built from PUBLIC_BASE_URL alone."""

from dataclasses import dataclass

# The carrier does not repeat what got a 5xx or no answer unless the fragment says so; it never
# sends the fragment nor signs it. Asked-callbacks have none: a caller is waiting on the line.
PERSISTENCE = "#ct=2000&rt=4000&rc=3&rp=5xx,ct,rt"


@dataclass(frozen=True)
class Callbacks:
    """Makes a leg's addresses from its token."""

    base_url: str

    def voice(self, token: str, step: str | None = None) -> str:
        """Where the carrier asks what to do with a leg, at the start or at a step of a script."""
        path = f"{self.base_url}/webhooks/voice/{token}"
        return path if step is None else f"{path}/{step}"

    def told(self, source: str, token: str) -> str:
        """Where the carrier tells: `source` is status, amd, conference or recording."""
        return f"{self.base_url}/webhooks/{source}/{token}{PERSISTENCE}"
