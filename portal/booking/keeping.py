"""Keeping the hours: what managers and coaches set; each verb is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import holidays
from sqlalchemy import delete, select

from portal.booking.models import (
    BookingRules,
    CoachException,
    CoachHours,
    CoachProfile,
    Source,
    StudioClosure,
)
from portal.booking.rules import Rules
from portal.extensions import db, transaction
from portal.staff.models import Staff

OFFERED = timedelta(days=366)
REGIONS = frozenset(holidays.list_supported_countries())


@dataclass(frozen=True)
class Span:
    """One weekday's hours, in minutes after midnight, with or without a break."""

    opens: int
    closes: int
    break_from: int | None = None
    break_to: int | None = None


@transaction()
def keep_hours(
    staff_id: int, *, week: Mapping[int, Span], skills: Sequence[str], bookable: bool
) -> None:
    """Replace a coach's weekly hours, skills and whether visitors may pick them."""
    profile = db.session.get(CoachProfile, staff_id)
    if profile is None:
        profile = CoachProfile(staff_id=staff_id, intro="")
        db.session.add(profile)
    profile.skills, profile.bookable = list(skills), bookable
    db.session.execute(delete(CoachHours).where(CoachHours.staff_id == staff_id))
    for weekday, span in week.items():
        db.session.add(CoachHours(staff_id=staff_id, weekday=weekday, **asdict(span)))


@transaction()
def keep_exception(staff_id: int, day: date, *, span: Span | None) -> None:
    """Let a coach work other hours on one day, or with None not at all."""
    _forget(staff_id, day)
    opens, closes = (span.opens, span.closes) if span else (None, None)
    db.session.add(CoachException(staff_id=staff_id, day=day, opens=opens, closes=closes))


@transaction()
def drop_exception(staff_id: int, day: date) -> None:
    """Let a coach work as usual on a day."""
    _forget(staff_id, day)


@transaction()
def decide_day(  # noqa: PLR0913 - a decision and who took it, each by name
    day: date, *, closed: bool, reason: str, source: Source, staff: Staff, at: datetime
) -> None:
    """Note that the studio is closed on a day, or that it opens on a public holiday."""
    found = db.session.scalars(
        select(StudioClosure).where(StudioClosure.day == day)
    ).one_or_none() or StudioClosure(day=day)
    found.closed, found.reason, found.source = closed, reason, source
    found.confirmed_by_id, found.confirmed_at = staff.id, at
    db.session.add(found)


@transaction()
def forget_day(day: date) -> None:
    """Take back what was decided about a day."""
    db.session.execute(delete(StudioClosure).where(StudioClosure.day == day))


@transaction()
def keep_rules(rules: Rules, *, at: datetime) -> None:
    """Replace the rules of booking; what is booked already stays as it is."""
    row = db.session.scalars(select(BookingRules).limit(1)).one_or_none() or BookingRules()
    for name, value in asdict(rules).items():
        setattr(row, name, value)
    row.updated_at = at
    db.session.add(row)


def closures(first: date) -> Sequence[StudioClosure]:
    """Return what was decided about the days from `first` on."""
    return db.session.scalars(
        select(StudioClosure).where(StudioClosure.day >= first).order_by(StudioClosure.day)
    ).all()


def undecided_holidays(first: date, *, region: str) -> list[tuple[date, str]]:
    """Return the public holidays of a year that nobody has decided about."""
    known = {each.day for each in closures(first)}
    years = {first.year, (first + OFFERED).year}
    found = holidays.country_holidays(region, years=sorted(years)) if region in REGIONS else {}
    return sorted(
        (day, name)
        for day, name in found.items()
        if first <= day <= first + OFFERED and day not in known
    )


def _forget(staff_id: int, day: date) -> None:
    db.session.execute(
        delete(CoachException).where(CoachException.staff_id == staff_id, CoachException.day == day)
    )
