"""X-Twilio-Signature: our own implementation against the vectors and against twilio's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from dialer.simulator.wire import Overrides, sign, split_fragment

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
OLDER = {**CALL, "Caller": "+12349013030", "From": "+12349013030"}
NEWER = {**CALL, "Caller": "+14158675310", "From": "+14158675310"}


@pytest.mark.parametrize(
    ("url", "fields", "signature"),
    [
        (URL, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:443"), CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (
            URL.replace("https", "http").replace(".com", ".com:80"),
            CALL,
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        (URL, OLDER, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        (URL.replace("mycompany", "example"), NEWER, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
    ],
)
def test_the_published_vectors(url: str, fields: dict[str, str], signature: str) -> None:
    assert sign("12345", url, fields.items()) == signature


def test_repeated_values_count_once() -> None:
    fields = [("Sid", "CA123"), ("SidAccount", "AC123")]
    digits = [("Digits", each) for each in ("5678", "1234", "1234")]
    assert sign("12345", URL, [*fields, *digits]) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)


@given(st.dictionaries(names, st.text(max_size=12), max_size=6), st.text(min_size=1, max_size=12))
def test_twilio_itself_agrees(fields: dict[str, str], token: str) -> None:
    signature = sign(token, URL, fields.items())
    assert RequestValidator(token).validate(URL, fields, signature)


def test_a_fragment_overrides_the_delivery_and_is_cut_off() -> None:
    url, overrides = split_fragment(f"{URL}#ct=2000&rt=4000&rc=3&rp=5xx,ct,rt")
    assert url == URL
    assert overrides == Overrides(
        connect_seconds=2, read_seconds=4, retries=3, retry_on=frozenset({"5xx", "ct", "rt"})
    )


def test_without_a_fragment_only_a_failed_connection_is_tried_again_once() -> None:
    _, overrides = split_fragment(URL)
    assert overrides.retries == 1
    assert overrides.repeat("ct")
    assert not overrides.repeat("5xx")
