"""Twilio's callbacks in our words, and those that are none."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dialer.carrier.events import READERS, read_asked, read_told
from dialer.carrier.port import BadShape, Form, Told
from dialer.carrier.signature import sign
from dialer.carrier.words import LEG_STATUS
from dialer.domain.words import AnsweredBy, LegStatus
from tests.carrier.forms import (
    AMD,
    ASKED,
    ENDED,
    JOINED,
    LEG,
    RECORDED,
    ROOM_ENDED,
    changed,
    form,
    without,
)
from tests.carrier.wires import SID

NOW = datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC)
SAMPLES = {"status": ENDED, "conference": JOINED, "recording": RECORDED, "amd": AMD}
samples = pytest.mark.parametrize(("source", "sample"), SAMPLES.items())


def told(source: str, pairs: Form, at: datetime = NOW) -> Told:
    return read_told(source, pairs, at)


def refused(source: str, pairs: Form) -> str:
    with pytest.raises(BadShape) as caught:
        told(source, pairs)
    return str(caught.value)


def test_an_ended_leg() -> None:
    fact = told("status", form(ENDED))
    assert (fact.kind, fact.leg_status, fact.carrier_sid) == ("leg", LegStatus.BUSY, SID)
    assert fact.data == {"duration": 0, "sip": 486}
    assert (fact.seq, fact.at) == (2, datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.mark.parametrize("word", LEG_STATUS)
def test_every_word_of_a_legs_life_is_known(word: str) -> None:
    assert told("status", form(changed(LEG, CallStatus=word))).leg_status is LEG_STATUS[word]


def test_who_joins_a_room_is_known_by_sid_room_and_label() -> None:
    fact = told("conference", form(JOINED))
    assert (fact.kind, fact.carrier_sid, fact.room_sid) == ("joined", SID, JOINED["ConferenceSid"])
    assert fact.data == {"label": "customer"}


def test_a_label_that_is_not_ours_is_left_out() -> None:
    fact = told("conference", form(changed(JOINED, ParticipantLabel="Mr. Wang +8613800138000")))
    assert fact.data == {}


def test_a_participant_has_a_sid() -> None:
    assert refused("conference", form(without(JOINED, "CallSid"))) == "CallSid: missing"


def test_who_ended_a_room_and_why() -> None:
    fact = told("conference", form(ROOM_ENDED))
    assert (fact.kind, fact.carrier_sid) == ("room_ended", None)
    reason = "participant-with-end-conference-on-exit-left"
    assert fact.data == {"ended_by_sid": SID, "reason": reason}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("participant-leave", "left"),
        ("participant-hold", "held"),
        ("participant-unhold", "unheld"),
        ("conference-start", "room_started"),
        ("participant-mute", "room_note"),
        ("something-of-next-year", "room_note"),
    ],
)
def test_what_happens_in_rooms(event: str, kind: str) -> None:
    assert told("conference", form(changed(JOINED, StatusCallbackEvent=event))).kind == kind


def test_a_recording_is_known_by_its_sid_and_not_by_its_url() -> None:
    fact = told("recording", form(changed(RECORDED, RecordingUrl="http://169.254.169.254/")))
    assert fact.data == {
        "recording_sid": RECORDED["RecordingSid"], "seconds": 42, "status": "completed",
    }  # fmt: skip


def test_a_recording_that_runs_has_no_length() -> None:
    fact = told("recording", form(changed(RECORDED, RecordingDuration="-1")))
    assert "seconds" not in fact.data


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("human", AnsweredBy.HUMAN),
        ("machine_start", AnsweredBy.MACHINE),
        ("machine_end_beep", AnsweredBy.MACHINE),
        ("machine_end_silence", AnsweredBy.MACHINE),
        ("machine_end_other", AnsweredBy.MACHINE),
        ("fax", AnsweredBy.FAX),
        ("unknown", AnsweredBy.UNKNOWN),
    ],
)
def test_what_the_detector_heard(word: str, heard: AnsweredBy) -> None:
    fact = told("amd", form(changed(AMD, AnsweredBy=word)))
    assert fact.data == {"answered_by": heard}
    assert fact.at == NOW


def test_a_question_carries_what_came_over_the_line() -> None:
    asked = read_asked(form(changed(ASKED, Digits="1", SpeechResult="</Say>", AnsweredBy="human")))
    assert (asked.carrier_sid, asked.digits, asked.speech) == (SID, "1", "</Say>")
    assert asked.answered_by is AnsweredBy.HUMAN


@pytest.mark.parametrize("keys", ["", "</Say>", "1 2", "1" * 17, "\uff11"])
def test_what_is_no_key_is_none(keys: str) -> None:
    assert read_asked(form(changed(ASKED, Digits=keys))).digits is None


@samples
def test_raw_parameters_travel_along(source: str, sample: dict[str, str]) -> None:
    assert told(source, form(sample)).params == sample


@samples
def test_blanks_and_news_are_welcome(source: str, sample: dict[str, str]) -> None:
    fact = told(source, form({**sample, "FromCity": "", "StirVerstat": "A", "SipHeader_X-a": "1"}))
    assert fact.kind == told(source, form(sample)).kind


@samples
def test_what_is_needed_must_be_there(source: str, sample: dict[str, str]) -> None:
    for name in ("AccountSid", *READERS[source].required):
        assert refused(source, form(without(sample, name))) == f"{name}: missing"
        assert refused(source, form(changed(sample, **{name: ""}))) == f"{name}: missing"


@samples
def test_a_parameter_that_comes_twice_is_refused(source: str, sample: dict[str, str]) -> None:
    for pair in form(sample):
        refused(source, (*form(sample), pair))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CallDuration", "-1"),
        ("CallDuration", "9e99"),
        ("CallDuration", "abc"),
        ("CallDuration", "١٢"),
        ("CallDuration", "9999999"),
        ("SequenceNumber", "9" * 10),
        ("SequenceNumber", "-1"),
        ("CallSid", "CA1"),
        ("CallSid", "../../etc"),
        ("CallStatus", "exploded"),
        ("AccountSid", "AC"),
        ("Timestamp", "2026-03-02T01:00:00Z"),
        ("Timestamp", "Mon, 32 Mar 2026 01:00:00 +0000"),
        ("Timestamp", "Mon, 02 Mar 2026 25:61:00 +0000"),
        ("To", "a\0b"),
        ("To", "\udcff"),
        ("To", "x" * 10_000),
    ],
)
def test_a_value_of_another_form_is_refused(name: str, value: str) -> None:
    assert value not in refused("status", form(changed(ENDED, **{name: value})))


@pytest.mark.parametrize("name", ["", "1", "a b", "Caller\0", "Fröm", "x" * 101])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    refused("status", form({**ENDED, name: "1"}))


@given(st.sampled_from([ENDED, ASKED, LEG]), st.data())
def test_no_letter_crosses_a_border_unseen(sample: dict[str, str], data: st.DataObject) -> None:
    """Another way to cut the text that was signed says the same, or is refused."""
    pieces = [piece for pair in sorted(form(sample)) for piece in pair]
    at = data.draw(st.integers(0, len(pieces) - 2))
    both = pieces[at] + pieces[at + 1]
    cut = data.draw(st.integers(0, len(both)))
    pieces[at : at + 2] = both[:cut], both[cut:]
    recut = tuple(zip(pieces[::2], pieces[1::2], strict=True))
    assume(sign("", "", recut) == sign("", "", form(sample)))
    try:
        fact = told("status", recut)
    except BadShape:
        return
    true = told("status", form(sample))
    assert (fact.leg_status, fact.data, fact.at) == (true.leg_status, true.data, true.at)
    assert (fact.seq, fact.carrier_sid) == (true.seq, true.carrier_sid)


def test_a_swallowed_parameter_is_signed_and_refused() -> None:
    genuine = sorted(form(ENDED))
    folded = tuple(p for p in genuine if p[0] not in ("CallDuration", "ApiVersion"))
    folded += (("ApiVersion", ENDED["ApiVersion"] + "CallDuration" + ENDED["CallDuration"]),)
    assert sign("key", "https://a.example", folded) == sign("key", "https://a.example", form(ENDED))
    refused("status", folded)


def test_a_stretched_name_is_signed_and_refused() -> None:
    status = ENDED["CallStatus"]
    stretched = form({**without(ENDED, "CallStatus"), f"CallStatus{status[0]}": status[1:]})
    assert sign("key", "https://a.example", stretched) == sign(
        "key", "https://a.example", form(ENDED)
    )
    refused("status", stretched)
    missed = form({**without(ENDED, "CallDuration"), "CallDuration0": ""})
    refused("status", missed)


@samples
def test_a_repeat_has_the_same_key_whenever_and_however_it_comes(
    source: str, sample: dict[str, str]
) -> None:
    first = told(source, form(sample))
    again = told(source, tuple(reversed(form(sample))), NOW + timedelta(days=365))
    assert again.dedupe_key == first.dedupe_key
    assert len(first.dedupe_key) <= 96


@samples
def test_another_fact_has_another_key(source: str, sample: dict[str, str]) -> None:
    first = told(source, form(sample))
    assert told(source, form({**sample, "Note": "1"})).dedupe_key != first.dedupe_key


def test_sources_do_not_share_keys() -> None:
    both = form({**AMD, "CallStatus": "ringing"})
    assert told("amd", both).dedupe_key != told("status", both).dedupe_key


@pytest.mark.parametrize(
    ("late", "clock", "believed"),
    [
        (timedelta(hours=23), None, True),
        (timedelta(hours=26), "late", True),
        (timedelta(days=29), "late", True),
        (timedelta(days=31), "unbelievable", False),
        (timedelta(hours=-23), None, True),
        (timedelta(hours=-25), "unbelievable", False),
    ],
)
def test_the_carriers_clock_is_believed_within_reason(
    late: timedelta, clock: str | None, believed: bool
) -> None:
    happened = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    fact = told("status", form(LEG), happened + late)
    assert fact.data.get("clock") == clock
    assert fact.at == (happened if believed else happened + late)


@pytest.mark.parametrize("year", ["1970", "2100", "9999"])
def test_an_unbelievable_year_is_marked_and_not_used(year: str) -> None:
    stamp = f"Thu, 01 Jan {year} 00:00:00 +0000"
    fact = told("status", form(changed(LEG, Timestamp=stamp)))
    assert (fact.at, fact.data["clock"]) == (NOW, "unbelievable")


@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.text(), st.text()), st.booleans())
def test_nothing_but_bad_shape_comes_of_nonsense(
    source: str, more: dict[str, str], genuine: bool
) -> None:
    with suppress(BadShape):
        told(source, form({**(SAMPLES[source] if genuine else {}), **more}))
