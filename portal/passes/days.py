"""The days a pass can be for: the studio's open days, without those somebody closed."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta

from portal import opening
from portal.booking.diary import closed_days
from portal.extensions import settings
from portal.leads import days

LAST_ENTRY = timedelta(hours=1)


def today(at: datetime) -> date:
    """Return the day of the studio's calendar."""
    return at.astimezone(settings().studio.zone).date()


def hours_on(day: date) -> tuple[datetime, datetime] | None:
    """Return the moments of opening and closing on `day`, None when the studio is closed."""
    return None if closed_days(day, day) else opening.weekly(settings()).on(day)


def offered(*, at: datetime) -> Sequence[date]:
    """Return the days somebody may come, today while enough of it is left."""
    return days.offered(opening.hours(at=at, settings=settings()), at=at)


def without_entry(found: Collection[date]) -> set[date]:
    """Return those of these days on which the studio does not open."""
    if not found:
        return set()
    closed, hours = closed_days(min(found), max(found)), opening.weekly(settings())
    return {day for day in found if day in closed or hours.on(day) is None}


def end_of(day: date) -> datetime:
    """Return the moment, in UTC, at which `day` is over in the studio's zone."""
    following = datetime.combine(day + timedelta(days=1), time(), tzinfo=settings().studio.zone)
    return following.astimezone(UTC)


def noon_of(day: date) -> datetime:
    """Return the moment, in UTC, at which it is noon on `day` in the studio's zone."""
    noon = datetime.combine(day, time(12), tzinfo=settings().studio.zone)
    return noon.astimezone(UTC)
