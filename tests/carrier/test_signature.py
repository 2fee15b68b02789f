"""Our check of Twilio's signature beside Twilio's own."""

import base64
import hmac
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from dialer.carrier.port import Form
from dialer.carrier.signature import is_signed, parse_form, sign, spellings

KEY = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM: Form = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
forms = st.lists(st.tuples(texts.filter(bool), texts), max_size=8).map(tuple)
hosts = st.sampled_from(
    ["https://a.example", "http://a.example", "https://a.example:8443", "http://127.0.0.1:8000"]
)
paths = st.sampled_from(["/webhooks/status/1", "/a%2Fb?x=%7E&y=", "/", "/a?bodySHA256=0"])


class Fields(dict[str, list[str]]):
    """A form as a web framework would hand it to Twilio's validator."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def fields(form: Form) -> Fields:
    return Fields({name: [v for n, v in form if n == name] for name, _ in form})


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:443"), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL.replace("https", "http").replace(".com", ".com:80"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_published_vectors(url: str, signature: str) -> None:
    assert sign(KEY, url, FORM) == signature


def test_repeated_values_count_once() -> None:
    form = (("Sid", "CA123"), ("SidAccount", "AC123"), *[("Digits", d) for d in ("5678", "1234")])
    assert sign(KEY, URL, (*form, ("Digits", "1234"))) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@given(hosts, paths, forms)
def test_whatever_twilio_signs_passes_both(host: str, path: str, form: Form) -> None:
    validator = RequestValidator(KEY)
    for spelling in spellings(host):
        signature = validator.compute_signature(spelling + path, fields(form))
        urls = [base + path for base in spellings(host)]
        assert is_signed([KEY], urls, form, signature)
        assert validator.validate(host + path, fields(form), signature)


@given(hosts, paths, forms, st.text(max_size=30))
def test_what_twilio_refuses_fails_both(host: str, path: str, form: Form, junk: str) -> None:
    urls = [base + path for base in spellings(host)]
    assert not is_signed([KEY], urls, form, junk)
    assert not is_signed([KEY], urls, form, sign("another key", urls[0], form))
    assert not RequestValidator(KEY).validate(host + path, fields(form), junk)


@given(forms)
def test_a_form_comes_through_its_body_whole(form: Form) -> None:
    assert parse_form(urlencode(form).encode()) == form


@pytest.mark.parametrize("escaped", ["%FF", "%ED%A0%80", "a%C3"])
def test_bytes_that_are_no_text_are_signed_as_they_are(escaped: str) -> None:
    form = parse_form(f"A={escaped}".encode())
    text = b"https://a.exampleA" + unquote_to_bytes(escaped)
    digest = base64.b64encode(hmac.digest(KEY.encode(), text, "sha1")).decode()
    assert form is not None
    assert sign(KEY, "https://a.example", form) == digest


@pytest.mark.parametrize("body", [b"a", b"a=1&b", b"\xff=1", b"&", b"a=1&" * 501 + b"a=1"])
def test_what_is_no_form_is_none(body: bytes) -> None:
    assert parse_form(body) is None


def test_an_empty_body_is_an_empty_form() -> None:
    assert parse_form(b"") == ()


def test_an_ipv6_host_keeps_its_brackets() -> None:
    assert spellings("http://[::1]:8000") == ("http://[::1]:8000", "http://[::1]")


@given(st.text("aZ0=&+%2fE9;._-", max_size=60))
def test_a_form_is_read_as_the_library_reads_it(text: str) -> None:
    try:
        expected = tuple(
            parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="surrogateescape")
        )
    except ValueError:
        expected = None
    assert parse_form(text.encode()) == (expected if text else ())
