"""Keeping the hours: what managers and coaches set; each verb is one transaction.

A row is put in one statement, whether it stands already or not: two presses at once are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import holidays
from sqlalchemy import delete, func, select

from portal import opening
from portal.booking.models import (
    BookingRules,
    CoachException,
    CoachHours,
    CoachProfile,
    Source,
    StudioClosure,
    StudioHours,
)
from portal.booking.rules import Rules
from portal.extensions import db, insert_into, transaction
from portal.orm import Base
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
    _put(CoachProfile, {"staff_id": staff_id}, skills=list(skills), bookable=bookable)
    db.session.execute(
        delete(CoachHours).where(
            CoachHours.staff_id == staff_id, CoachHours.weekday.not_in(list(week))
        )
    )
    for weekday, span in week.items():
        _put(CoachHours, {"staff_id": staff_id, "weekday": weekday}, **asdict(span))


def keep_studio_week(week: Mapping[int, Span]) -> None:
    """Replace the studio's usual week, which names one weekday at least; other days are closed."""
    _keep_studio_week(week)
    opening.forget()


@transaction()
def _keep_studio_week(week: Mapping[int, Span]) -> None:
    db.session.execute(delete(StudioHours).where(StudioHours.weekday.not_in(list(week))))
    for weekday, span in week.items():
        _put(StudioHours, {"weekday": weekday}, opens=span.opens, closes=span.closes)


@transaction()
def keep_exception(staff_id: int, day: date, *, span: Span | None) -> None:
    """Let a coach work other hours on one day, or with None not at all."""
    opens, closes = (span.opens, span.closes) if span else (None, None)
    _put(CoachException, {"staff_id": staff_id, "day": day}, opens=opens, closes=closes)


@transaction()
def drop_exception(staff_id: int, day: date) -> None:
    """Let a coach work as usual on a day."""
    db.session.execute(
        delete(CoachException).where(CoachException.staff_id == staff_id, CoachException.day == day)
    )


@transaction()
def decide_day(  # noqa: PLR0913 - a decision and who took it, each by name
    day: date, *, closed: bool, reason: str, source: Source, staff: Staff, at: datetime
) -> None:
    """Note that the studio is closed on a day, or that it opens on a public holiday."""
    decided = {"closed": closed, "reason": reason, "source": source}
    _put(StudioClosure, {"day": day}, **decided, confirmed_by_id=staff.id, confirmed_at=at)


@transaction()
def forget_day(day: date) -> None:
    """Take back what was decided about a day."""
    db.session.execute(delete(StudioClosure).where(StudioClosure.day == day))


@transaction()
def keep_rules(rules: Rules, *, at: datetime) -> None:
    """Replace the rules of booking; what is booked already stays as it is."""
    stands = db.session.scalar(select(func.min(BookingRules.id)))
    _put(BookingRules, {"id": stands or 1}, **asdict(rules), updated_at=at)


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


def _put(table: type[Base], key: Mapping[str, Any], **values: Any) -> None:
    """Write a row of this key, over the one that stands if there is one."""
    row = insert_into(table).values(**key, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))
