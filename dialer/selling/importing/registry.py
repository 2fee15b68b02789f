"""All kinds that there are, by name."""

from collections.abc import Mapping
from typing import Final

from dialer.selling.importing.accounts import ACCOUNTS
from dialer.selling.importing.kinds import Kind
from dialer.selling.importing.payments import PAYMENTS
from dialer.selling.importing.receivables import RECEIVABLES
from dialer.selling.importing.suppressions import SUPPRESSIONS

ALL: Final = (ACCOUNTS, RECEIVABLES, PAYMENTS, SUPPRESSIONS)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in ALL}
