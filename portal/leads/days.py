"""The days that a day pass may be asked for."""

from datetime import date, datetime, timedelta

from portal.hours import OpeningHours

DAYS_OFFERED = 14
ENOUGH_OF_A_DAY = timedelta(hours=3)
LOOK_AHEAD = 60


def offered(hours: OpeningHours, *, at: datetime) -> list[date]:
    """Return the next open days in the studio's zone, today while enough of it is left."""
    first = first_day(hours, at=at)
    ahead = (first + timedelta(days=offset) for offset in range(LOOK_AHEAD))
    return [day for day in ahead if hours.on(day)][:DAYS_OFFERED]


def first_day(hours: OpeningHours, *, at: datetime) -> date:
    """Return today, or tomorrow once today is nearly over; the studio may be closed on it."""
    today = at.astimezone(hours.zone).date()
    span = hours.on(today)
    return today if span and span[1] - at >= ENOUGH_OF_A_DAY else today + timedelta(days=1)
