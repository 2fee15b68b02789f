"""The quick reading of numbers says what the long one does."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.domain.phone import NumberError, NumberFacts, describe, normalise
from dialer.domain.quick_phone import identify, quickly

REGIONS = ("CN", "TW", "HK", "US", "CA", "GB", "DE", "IT", "KZ", "AR", "AU", "001")
EXAMPLES = [
    (found.country_code, phonenumbers.national_significant_number(found))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in range(11)
    if (found := phonenumbers.example_number_for_type(region, kind))
]


def the_long_way(text: str, region: str) -> tuple[str, NumberFacts] | str:
    try:
        e164 = normalise(text, region)
    except NumberError as error:
        return error.code
    return e164, describe(e164)


def both_ways(text: str, region: str) -> None:
    try:
        found: tuple[str, NumberFacts] | str = identify(text, region)
    except NumberError as error:
        found = error.code
    assert found == the_long_way(text, region), (text, region)


@given(
    st.sampled_from(EXAMPLES), st.integers(0, 12), st.text("0123456789", max_size=8),
    st.sampled_from(["+{0}{1}", "{1}", "0{1}", "{0}{1}", "00{0}{1}", "+{0} {1}"]),
    st.sampled_from(REGIONS),
)  # fmt: skip
@example((86, "13800138000"), 11, "", "{1}", "CN")
@example((86, "2155550190"), 10, "", "0{1}", "CN")
@example((1, "3055550142"), 10, "", "+{0} {1}", "CN")
def test_both_readings_agree_on_every_spelling(
    number: tuple[int, str], kept: int, more: str, form: str, region: str
) -> None:
    code, national = number
    both_ways(form.format(code, national[:kept] + more), region)


@pytest.mark.parametrize(
    "text", ["13800138000", "021-55550190", "+1 305 555 0142", "+886912345678"]
)
def test_the_commonest_spellings_are_read_quickly(text: str) -> None:
    assert quickly(text, "CN") == the_long_way(text, "CN")


@pytest.mark.parametrize(
    "text", ["110", "12345", "+86110", "１３８００１３８０００", "abc", "+999123456"]
)
def test_whatever_is_not_plain_goes_the_long_way(text: str) -> None:
    assert quickly(text, "CN") is None
