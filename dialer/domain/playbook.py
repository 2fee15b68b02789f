"""What a rep has at hand during a call: the names of the stages, and pieces of talk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.words import Language, Purpose, Temperament


class Kind(StrEnum):
    """What a piece of talk is for; what is needed at once comes first."""

    CORE = "core"
    OBJECTION = "objection"
    OPENER = "opener"
    STORY = "story"
    PRODUCT = "product"
    COMPARISON = "comparison"
    CREDIBILITY = "credibility"
    CLOSING = "closing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """The smallest piece of talk that says one complete thing.

    No `purposes`, `stages` or `temperaments` means that it suits all of them. The text may name
    {name} and {account} of the customer, {rep} and {company} of ours.
    """

    kind: Kind
    title: str
    text: str
    purposes: frozenset[Purpose] = frozenset()
    stages: frozenset[int] = frozenset()
    temperaments: frozenset[Temperament] = frozenset()

    def suits(self, purpose: Purpose, stage: int | None, temperament: Temperament | None) -> bool:
        """Whether it may be said; what is not known of the customer forbids nothing."""
        return (
            (not self.purposes or purpose in self.purposes)
            and (not self.stages or stage is None or stage in self.stages)
            and (not self.temperaments or temperament is None or temperament in self.temperaments)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """By language: the stages' names from the first to the last, and all pieces of talk."""

    stages: Mapping[Language, tuple[str, ...]]
    modules: Mapping[Language, tuple[Module, ...]]


def pick(
    modules: Iterable[Module],
    purpose: Purpose,
    stage: int | None,
    temperament: Temperament | None,
) -> list[Module]:
    """What suits a call, the core first; within a kind what is meant for fewer comes first."""
    order = list(Kind)
    fitting = [module for module in modules if module.suits(purpose, stage, temperament)]
    return sorted(fitting, key=lambda module: (order.index(module.kind), -narrowness(module)))


def narrowness(module: Module) -> int:
    """How much a piece is made for just this call."""
    return sum(map(bool, (module.purposes, module.stages, module.temperaments)))
