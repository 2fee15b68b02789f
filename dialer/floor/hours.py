"""The closing hour on the company's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.domain import stats
from dialer.domain.words import Purpose
from dialer.runtime import Runtime


def closing_hours(rt: Runtime, now: datetime) -> tuple[datetime, datetime] | None:
    """When today's closing calls begin and end; None on a day without any."""
    zone = ZoneInfo(rt.settings.business_time_zone)
    today = now.astimezone(zone).date()
    hours = rt.policy.purposes[Purpose.CLOSING].week[today.weekday()]
    if not hours:
        return None
    (first, _), (_, last) = hours[0], hours[-1]
    return wall_time(today, first, zone), wall_time(today, last, zone)


def wall_time(on: date, minutes: int, zone: ZoneInfo) -> datetime:
    """So many minutes after midnight on a zone's clock; 1440 is the next midnight."""
    day, minute = divmod(minutes, 1440)
    start = stats.midnight(on + timedelta(days=day), zone)
    return start.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC)
