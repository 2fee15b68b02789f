"""Windows in local time, and the instants at which they are open."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.windows import (
    DAY,
    Hours,
    as_date,
    as_day,
    complement,
    day_begins,
    join,
    local_day,
    meet,
    offset_at,
    opened,
    parse_hours,
    segments,
    show_hours,
    starts,
    weekday_of,
    weekly,
    within,
)

NEW_YORK = "America/New_York"
ZONES = [
    "UTC", NEW_YORK, "Asia/Kathmandu", "Pacific/Chatham", "Australia/Lord_Howe", "Africa/Cairo",
    "America/Scoresbysund", "Africa/Casablanca", "Pacific/Apia", "Antarctica/Troll",
]  # fmt: skip


def at(text: str) -> int:
    """An instant in seconds since 1970."""
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp())


def shown(spans: tuple[tuple[int, int], ...]) -> list[str]:
    """Spans as times of day in UTC."""
    return [f"{clock(start)} to {clock(end)}" for start, end in spans]


def clock(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%d %H:%M:%S}"


@pytest.mark.parametrize(
    "text", ["08:00-20:00", "08:59-20:59", "10:00-13:00,14:00-20:00", "closed", "00:00-24:00"]
)
def test_hours_read_as_they_are_written(text: str) -> None:
    assert show_hours(parse_hours(text)) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "windows such as"),
        ("8-20", "windows such as"),
        ("08:00 - 20:00", "windows such as"),
        ("08:00-20:00,", "windows such as"),
        ("08:60-20:00", "times between"),
        ("08:00-20:60", "times between"),
        ("08:00-24:01", "times between"),
        ("20:00-08:00", "end after they start"),
        ("08:00-08:00", "end after they start"),
        ("08:00-12:00,11:59-13:00", "do not overlap"),
        ("14:00-20:00,10:00-13:00", "do not overlap"),
    ],
)
def test_hours_that_make_no_sense_are_refused(text: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        parse_hours(text)


def test_windows_may_touch() -> None:
    assert parse_hours("08:00-12:00,12:00-13:00") == ((480, 720), (720, 780))


def test_a_week_has_the_weekdays_hours_five_times() -> None:
    week = weekly(parse_hours("08:00-20:00"), parse_hours("09:00-18:00"), ())
    assert [show_hours(hours) for hours in week] == [*["08:00-20:00"] * 5, "09:00-18:00", "closed"]


def test_the_rest_of_a_day_is_what_is_not_in_its_hours() -> None:
    assert show_hours(complement(parse_hours("09:00-10:00"))) == "00:00-09:00,10:00-24:00"
    assert complement(parse_hours("00:00-24:00")) == ()
    assert complement(()) == ((0, 1440),)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6).map(
    lambda pairs: join(sorted((start, start + length) for start, length in pairs))
)


def seconds_of(spans: Hours) -> set[int]:
    return {second for start, end in spans for second in range(start, end)}


@given(first=SPANS, second=SPANS)
def test_spans_meet_where_both_are(first: Hours, second: Hours) -> None:
    met = meet(first, second)
    assert seconds_of(met) == seconds_of(first) & seconds_of(second)
    assert met == join(met)


@given(inner=SPANS, outer=SPANS)
def test_hours_lie_within_others_if_every_minute_does(inner: Hours, outer: Hours) -> None:
    assert within(inner, outer) == (seconds_of(inner) <= seconds_of(outer))


def test_spans_that_touch_are_one() -> None:
    assert join([(1, 2), (2, 5), (3, 4), (7, 8)]) == ((1, 5), (7, 8))


def test_days_count_from_a_thursday() -> None:
    assert (as_day(date(1970, 1, 1)), weekday_of(0), weekday_of(-3)) == (0, 3, 0)
    assert as_date(as_day(date(2028, 2, 29))) == date(2028, 2, 29)


@given(zone=st.sampled_from(ZONES), second=st.integers(at("2011-12-20"), at("2030-12-31")))
def test_a_local_day_is_the_date_that_the_clock_shows(zone: str, second: int) -> None:
    local = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone))
    assert as_date(local_day(zone, second)) == local.date()
    assert timedelta(seconds=offset_at(zone, second)) == local.utcoffset()


def test_a_zone_is_cut_where_its_offset_changes() -> None:
    change = at("2026-03-08 07:00:00")
    cut = segments(NEW_YORK, change - 100, change + 100)
    assert cut == ((change - 100, change, -18_000), (change, change + 100, -14_400))
    assert segments(NEW_YORK, change, change + 1) == ((change, change + 1, -14_400),)


def every_day(text: str, zone: str, begin: str, end: str) -> list[str]:
    """When the same hours on every day are open between two instants."""
    hours = parse_hours(text)
    return shown(opened(lambda day: hours, zone, at(begin), at(end)))


def test_a_window_in_the_hour_that_is_skipped_never_opens() -> None:
    spring = ("2026-03-08 00:00", "2026-03-09 00:00")
    assert every_day("02:00-03:00", NEW_YORK, *spring) == []
    assert every_day("01:30-03:30", NEW_YORK, *spring) == ["08 06:30:00 to 08 07:30:00"]


def test_a_window_in_the_hour_that_comes_twice_opens_twice() -> None:
    autumn = ("2026-11-01 00:00", "2026-11-01 23:00")
    assert every_day("01:15-01:45", NEW_YORK, *autumn) == [
        "01 05:15:00 to 01 05:45:00",
        "01 06:15:00 to 01 06:45:00",
    ]
    assert every_day("01:00-02:00", NEW_YORK, *autumn) == ["01 05:00:00 to 01 07:00:00"]


def test_windows_that_touch_at_midnight_are_one() -> None:
    night = every_day("00:00-02:00,22:00-24:00", "UTC", "2026-11-01 12:00", "2026-11-02 12:00")
    assert night == ["01 22:00:00 to 02 02:00:00"]


def test_a_day_that_a_zone_skipped_is_never_open() -> None:
    skipped = as_day(date(2011, 12, 30))
    open_then = opened(
        lambda day: ((0, 1440),) if day == skipped else (),
        "Pacific/Apia",
        at("2011-12-25"),
        at("2012-01-05"),
    )
    assert open_then == ()


HOURS = st.lists(st.integers(0, 48), min_size=2, max_size=6, unique=True).map(
    lambda edges: tuple((a * 30, b * 30) for a, b in zip(*[iter(sorted(edges))] * 2, strict=False))
)


@given(
    zone=st.sampled_from(ZONES),
    hours=HOURS,
    begin=st.integers(at("2024-01-01") // 900, at("2030-12-30") // 900).map(lambda q: q * 900),
)
def test_an_instant_is_open_when_its_local_time_is_in_the_hours(
    zone: str, hours: Hours, begin: int
) -> None:
    spans = opened(lambda day: hours, zone, begin, begin + DAY)
    for second in range(begin, begin + DAY, 900):
        local = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        inside = any(start <= minute < end for start, end in hours)
        assert any(start <= second < end for start, end in spans) == inside


def test_a_call_starts_where_a_minute_is_left() -> None:
    assert starts(((0, 59), (100, 160), (200, 400)), 0, 300) == ((100, 100), (200, 300))
    assert starts(((0, 1000),), 50, 60) == ((50, 60),)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-11-23", "2026-11-23 00:00"),
        ("Asia/Kathmandu", "2026-11-23", "2026-11-22 18:15"),
        ("Pacific/Kiritimati", "2026-11-23", "2026-11-22 10:00"),
        ("Pacific/Pago_Pago", "2026-11-23", "2026-11-23 11:00"),
        # midnight itself is skipped, or comes twice
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00"),
        ("Africa/Cairo", "2026-10-30", "2026-10-29 22:00"),
        ("America/Scoresbysund", "2026-03-29", "2026-03-29 01:00"),
        ("America/Scoresbysund", "2026-10-25", "2026-10-25 02:00"),
        # a whole day is skipped
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00"),
    ],
)
def test_a_local_day_begins_when_the_day_before_is_over(zone: str, day: str, begins: str) -> None:
    assert clock(day_begins(zone, as_day(date.fromisoformat(day)))) == clock(at(begins))
