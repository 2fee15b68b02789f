"""Telephone numbers: one identity for every spelling, or a refusal; and where one may be."""

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from phonenumbers.geodata import GEOCODE_DATA

from dialer.domain.area_codes import state_of
from dialer.domain.phone import NotANumber, NotDialable, NumberFacts, describe, mask, normalise
from scripts.freeze_area_codes import found, regions_by_prefix


@pytest.mark.parametrize(
    "text",
    [
        "+8613800138000",
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "(138) 0013.8000",
        "8613800138000",
        "86-138-0013-8000",
        "008613800138000",
        "00 86 138 0013 8000",
        "(00) 86 138 0013 8000",
        "011 86 138 0013 8000",
        "＋８６１３８００１３８０００",
        "+٨٦١٣٨٠٠١٣٨٠٠٠",
        "‪+86 138 0013 8000‬",
        "+86\u00a0138\u20110013\u20118000",
        "\ufeff138\u200b00138000",
        "tel:+86-138-0013-8000",
        "TEL:13800138000;phone-context=+86",
        "+86 (0) 138 0013 8000",
    ],
)
def test_every_spelling_of_a_number_is_one_identity(text: str) -> None:
    assert normalise(text, "CN") == "+8613800138000"


def test_a_national_number_is_read_in_its_region() -> None:
    assert normalise("305 555 0123", "US") == "+13055550123"
    assert normalise("011 44 20 7946 0958", "US") == "+442079460958"
    assert normalise("020 7946 0958", "GB") == "+442079460958"
    assert normalise("06 1234 5678", "IT") == "+390612345678"
    assert normalise("011 555 0123", "ZA") == "+27115550123"


def test_a_text_may_be_as_long_as_sixty_four_characters() -> None:
    assert normalise("138" + " " * 53 + "00138000", "CN") == "+8613800138000"
    with pytest.raises(NotANumber):
        normalise("138" + " " * 54 + "00138000", "CN")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unparsable"),
        ("   ", "unparsable"),
        ("0", "unparsable"),
        ("+", "letters"),
        ("1" * 65, "unparsable"),
        ("+9991234567", "unparsable"),
        ("1-800-FLOWERS", "letters"),
        ("call 13800138000", "letters"),
        ("13800138000 / 13800138001", "unparsable"),
        ("++8613800138000", "letters"),
        ("²³²³²³²³²³²", "letters"),
        ("+8613800138000 ext 5", "extension"),
        ("+8613800138000 x5", "extension"),
        ("+8613800138000#5", "extension"),
        ("tel:+8613800138000;ext=5", "extension"),
        ("tel:", "unparsable"),
        ("+861380013800", "invalid"),
        ("00 12", "unparsable"),
        ("911", "invalid"),
        ("+1305555", "invalid"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(NotANumber, match="not a telephone number") as refusal:
        normalise(text, "CN")
    assert (refusal.value.code, refusal.value.params) == (code, {"text": text})


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("110", "CN", "emergency"),
        ("+86 120", "CN", "emergency"),
        ("911", "US", "emergency"),
        ("+44999", "CN", "emergency"),
        ("10086", "CN", "short"),
        ("95588", "CN", "short"),
    ],
)
def test_numbers_that_only_a_telephone_there_can_call_are_never_ours(
    text: str, region: str, code: str
) -> None:
    with pytest.raises(NotDialable) as refusal:
        normalise(text, region)
    assert refusal.value.code == code


def tried(text: str) -> str | None:
    """The number's identity, or None where it is refused."""
    try:
        return normalise(text, "CN")
    except (NotANumber, NotDialable):
        return None


@given(text=st.text(max_size=70))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    number = tried(text)
    assert number is None or normalise(number, "ZZ") == number


REGIONS = st.sampled_from(["CN", "US", "GB", "DE", "IT", "BR", "MX", "HK", "AU", "SG"])


@given(region=REGIONS, digits=st.integers(0, 10**7 - 1), spelling=st.sampled_from(range(4)))
def test_a_number_spelled_anyhow_gives_its_identity(
    region: str, digits: int, spelling: int
) -> None:
    example = phonenumbers.example_number_for_type(region, 1)
    assert example is not None
    text = phonenumbers.format_number(example, 0)[:-7] + f"{digits:07}"
    number = phonenumbers.parse(text)
    assume(phonenumbers.is_valid_number(number))
    spelled = phonenumbers.format_number(number, spelling)
    assert normalise(spelled, region) == normalise(text, "ZZ")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+13055550123", "+1******0123"),
        ("+8613800138000", "+86*******8000"),
        ("+85251234567", "+852****4567"),
        ("+12", "+12"),
        ("nothing", "n**hing"),
    ],
)
def test_a_masked_number_keeps_its_country_and_its_end(number: str, shown: str) -> None:
    assert mask(number) == shown


@pytest.mark.parametrize(
    ("number", "region", "kind", "zones"),
    [
        ("+8613800138000", "CN", "mobile", ["Asia/Shanghai"]),
        ("+13055550123", "US-FL", "fixed_line_or_mobile", ["America/New_York"]),
        ("+12085550123", "US-ID", "fixed_line_or_mobile", ["America/Boise", "America/Los_Angeles"]),
        ("+14165550123", "CA-ON", "fixed_line_or_mobile", ["America/Toronto"]),
        ("+19025550123", "CA", "fixed_line_or_mobile", ["America/Halifax"]),
        (
            "+18792101234",
            "CA-NL",
            "fixed_line_or_mobile",
            ["America/Puerto_Rico", "America/St_Johns"],
        ),
        ("+5511912345678", "BR", "mobile", ["America/Sao_Paulo"]),
        ("+17875550123", "PR", "fixed_line_or_mobile", ["America/Puerto_Rico"]),
        ("+447781123456", "GG", "mobile", ["Europe/Guernsey"]),
        ("+447400123456", "GB", "mobile", ["Europe/London"]),
        ("+919812345678", "IN", "mobile", ["Asia/Kolkata"]),
        ("+911123456789", "IN", "fixed_line", ["Asia/Kolkata"]),
        ("+353851234567", "IE", "mobile", ["Europe/Dublin"]),
        ("+16846221234", "AS", "fixed_line", ["Pacific/Pago_Pago"]),
        ("+19005550123", "US", "premium_rate", None),
        ("+870773111632", "001", "satellite", []),
        ("+80012345678", "001", "toll_free", []),
    ],
)
def test_a_number_tells_where_it_may_be(
    number: str, region: str, kind: str, zones: list[str] | None
) -> None:
    facts = describe(number)
    assert (facts.region, facts.kind) == (region, kind)
    assert zones is None or list(facts.zones) == zones


def test_a_number_without_a_place_keeps_to_its_countrys_zones() -> None:
    toll_free = describe("+18005550123")
    assert (toll_free.region, toll_free.kind) == ("US", "toll_free")
    assert len(toll_free.zones) == 11
    assert "America/Toronto" not in toll_free.zones
    assert len(describe("+61412345678").zones) == 6
    assert len(describe("+79161234567").zones) == 13


def test_where_the_data_name_another_country_a_fixed_line_stands_where_they_say() -> None:
    assert describe("+35312345678").zones == (
        "Europe/Guernsey", "Europe/Isle_of_Man", "Europe/London",
    )  # fmt: skip


@pytest.mark.parametrize("number", ["+861", "nonsense", "", "+8610", "+1911"])
def test_only_a_valid_number_can_be_described(number: str) -> None:
    with pytest.raises(NotANumber):
        describe(number)


def test_country_and_state_are_parts_of_the_region() -> None:
    florida = NumberFacts(region="US-FL", kind="mobile", zones=())
    assert (florida.country, florida.subdivision) == ("US", "US-FL")
    assert (describe("+870773111632").country, describe("+16846221234").subdivision) == (
        "001",
        None,
    )


def test_numbers_alike_share_one_description() -> None:
    assert describe("+13055550123") is describe("+13055550124")


def test_the_frozen_area_codes_say_what_the_number_data_say() -> None:
    data = regions_by_prefix()
    assert len(data) > 30_000
    differing = {
        prefix
        for prefix in data
        for number in (prefix.ljust(10, "0"), prefix.ljust(10, "9"))
        if (state_of(number) or "") != found(data, number)
    }
    assert differing == set()


def test_every_area_code_that_the_data_know_is_known_whole() -> None:
    areas = {prefix[1:4] for prefix in GEOCODE_DATA if prefix[0] == "1" and len(prefix) > 3}
    tails = [f"{digit}000000" for digit in range(2, 10)]
    partly = {
        area
        for area in areas
        if 0 < sum(state_of(area + tail) is None for tail in tails) < len(tails)
    }
    assert partly <= {"867", "902"}
