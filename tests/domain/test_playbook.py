"""Which pieces of talk suit a call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.lengths import Lengths
from dialer.domain.playbook import Kind, Module, pick
from dialer.domain.words import Purpose, Temperament

LENGTHS = Lengths(target=180, late=300, over=360, wrap_up=120)


def module(kind: Kind = Kind.CORE, **fields: object) -> Module:
    return Module(kind=kind, title=str(fields), text="…", **fields)  # type: ignore[arg-type]


modules = st.lists(
    st.builds(
        Module,
        kind=st.sampled_from(Kind),
        title=st.text(max_size=5),
        text=st.just("…"),
        purposes=st.frozensets(st.sampled_from(Purpose), max_size=2),
        stages=st.frozensets(st.integers(1, 5), max_size=2),
        temperaments=st.frozensets(st.sampled_from(Temperament), max_size=2),
    ),
    max_size=12,
)


def test_what_is_made_for_the_call_stands_before_what_suits_all() -> None:
    general, special = module(), module(purposes=frozenset({Purpose.CLOSING}))
    assert pick([general, special], Purpose.CLOSING, 3, None) == [special, general]


def test_a_tiger_is_not_offered_two_dates() -> None:
    dates = module(Kind.CLOSING, temperaments=frozenset({Temperament.DOVE}))
    assert pick([dates], Purpose.CLOSING, 3, Temperament.TIGER) == []
    assert pick([dates], Purpose.CLOSING, 3, None) == [dates]


@given(modules, st.sampled_from(Purpose), st.integers(1, 5), st.sampled_from(Temperament))
def test_the_core_comes_first_and_nothing_is_lost_or_made_up(
    all_of_them: list[Module], purpose: Purpose, stage: int, temperament: Temperament
) -> None:
    picked = pick(all_of_them, purpose, stage, temperament)
    order = [list(Kind).index(one.kind) for one in picked]
    assert order == sorted(order)
    fitting = [one for one in all_of_them if one.suits(purpose, stage, temperament)]
    assert sorted(map(id, picked)) == sorted(map(id, fitting))


@pytest.mark.parametrize(
    ("seconds", "band"),
    [(0, "talking"), (179, "talking"), (180, "target"), (299, "target"), (300, "late"),
     (360, "late"), (361, "over")],
)  # fmt: skip
def test_a_talks_length_has_a_band(seconds: int, band: str) -> None:
    assert LENGTHS.band(seconds) == band
