"""The days a pass can be for: the studio's open days, without those somebody closed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from portal.booking.models import StudioClosure
from portal.extensions import db, settings
from portal.leads import days

LAST_ENTRY = timedelta(hours=1)


def today(at: datetime) -> date:
    """Return the day of the studio's calendar."""
    return at.astimezone(settings().studio.zone).date()


def hours_on(day: date) -> tuple[datetime, datetime] | None:
    """Return the moments of opening and closing on `day`, None when the studio is closed."""
    return None if _closed([day]) else settings().studio.hours.on(day)


def offered(*, at: datetime) -> Sequence[date]:
    """Return the days somebody may come, today while enough of it is left."""
    found = days.offered(settings().studio.hours, at=at)
    closed = _closed(found)
    return [day for day in found if day not in closed]


def end_of(day: date) -> datetime:
    """Return the moment, in UTC, at which `day` is over in the studio's zone."""
    following = datetime.combine(day + timedelta(days=1), time(), tzinfo=settings().studio.zone)
    return following.astimezone(UTC)


def noon_of(day: date) -> datetime:
    """Return the moment, in UTC, at which it is noon on `day` in the studio's zone."""
    noon = datetime.combine(day, time(12), tzinfo=settings().studio.zone)
    return noon.astimezone(UTC)


def _closed(found: Sequence[date]) -> set[date]:
    closures = select(StudioClosure.day).where(
        StudioClosure.day.in_(found), StudioClosure.closed.is_(True)
    )
    return set(db.session.scalars(closures))
