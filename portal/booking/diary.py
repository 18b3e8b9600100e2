"""Reading the hours, closures and bookings into the plain facts that `openings` judges."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from portal import opening
from portal.booking.grid import number
from portal.booking.models import (
    BookedCell,
    Booking,
    BookingRules,
    CoachException,
    CoachHours,
    CoachProfile,
    Source,
    State,
    StudioClosure,
    StudioHours,
)
from portal.booking.openings import Coach, Diary, Minutes
from portal.booking.rules import Rules
from portal.config import Settings
from portal.extensions import db
from portal.hours import Week as StudioWeek
from portal.hours import wall_time
from portal.staff.models import Staff

AROUND = timedelta(days=2)
Week = dict[int, tuple[Minutes, ...]]


def rules() -> Rules:
    """Return the rules of booking that hold now."""
    row = db.session.scalars(select(BookingRules).order_by(BookingRules.id).limit(1)).one_or_none()
    if row is None:
        return Rules()
    return Rules(**{each.name: getattr(row, each.name) for each in fields(Rules)})


def diary(  # noqa: PLR0913 - what a diary depends on, each by name
    first: date,
    last: date,
    *,
    settings: Settings,
    at: datetime,
    without: int | None = None,
    rule: Rules | None = None,
) -> Diary:
    """Return what decides about these days, as it stands at `at`.

    The booking `without` counts as gone: it is the one that is to be moved.
    """
    coaches = _coaches(CoachProfile.bookable.is_(True))
    ids, days = list(coaches), (first - AROUND, last + AROUND)
    exceptions, taken = _exceptions(ids, days), _taken(ids, days, without)
    return Diary(
        hours=opening.weekly(settings),
        closed=closed_days(*days),
        coaches=tuple(
            Coach(
                id=each,
                name=name,
                skills=skills,
                week=week,
                exceptions=exceptions[each],
                taken=taken[each],
            )
            for each, (name, skills, week) in coaches.items()
        ),
        rules=rule or rules(),
        now=at,
    )


def working(ids: Collection[int], first: date, last: date) -> Mapping[int, Coach]:
    """Return when these coaches work, by id, whoever may pick them; nobody who has left."""
    coaches = _coaches(Staff.id.in_(ids))
    exceptions = _exceptions(list(coaches), (first, last))
    return {
        each: Coach(each, name, skills, week, exceptions[each], taken={})
        for each, (name, skills, week) in coaches.items()
    }


def load(ids: Collection[int], day: date, *, zone: ZoneInfo) -> Mapping[int, int]:
    """Return how many sessions these coaches have to come on a day in `zone`, by coach."""
    first, last = (
        datetime.combine(day + timedelta(days=n), time(), tzinfo=zone).astimezone(UTC)
        for n in (0, 1)
    )
    rows = db.session.execute(
        select(Booking.coach_id, func.count())
        .where(
            Booking.coach_id.in_(ids),
            Booking.state == State.BOOKED,
            Booking.starts_at >= first,
            Booking.starts_at < last,
        )
        .group_by(Booking.coach_id)
    )
    return {coach_id: count for coach_id, count in rows}  # noqa: C416 - a row is a tuple of its own kind


def is_open_for_booking() -> bool:
    """Say whether any coach has hours in which somebody may book."""
    found = (
        select(CoachHours.id)
        .join(CoachProfile, CoachProfile.staff_id == CoachHours.staff_id)
        .join(Staff, Staff.id == CoachHours.staff_id)
        .where(CoachProfile.bookable.is_(True), Staff.active.is_(True))
        .limit(1)
    )
    return db.session.scalars(found).one_or_none() is not None


def bookable() -> Sequence[Staff]:
    """Return the coaches whose times visitors may pick, by id."""
    return db.session.scalars(
        select(Staff)
        .join(CoachProfile, CoachProfile.staff_id == Staff.id)
        .where(CoachProfile.bookable.is_(True), Staff.active.is_(True))
        .order_by(Staff.id)
    ).all()


def profiles() -> Sequence[CoachProfile]:
    """Return what visitors learn of each coach."""
    return db.session.scalars(select(CoachProfile).order_by(CoachProfile.staff_id)).all()


def studio_week() -> StudioWeek | None:
    """Return the studio's usual week as a manager set it, None while nobody has."""
    with db.session.no_autoflush:
        rows = db.session.execute(
            select(StudioHours.weekday, StudioHours.opens, StudioHours.closes)
        ).all()
    spans = {weekday: (wall_time(opens), wall_time(closes)) for weekday, opens, closes in rows}
    return tuple(spans.get(weekday) for weekday in range(7)) if spans else None


def closed_days(first: date, last: date) -> frozenset[date]:
    """Return the days on which somebody decided to close."""
    return frozenset(
        db.session.scalars(
            select(StudioClosure.day).where(
                StudioClosure.closed.is_(True), StudioClosure.day.between(first, last)
            )
        )
    )


def closed_from(first: date) -> Mapping[date, str]:
    """Return the closed days from `first` on, with the name of a holiday.

    What the studio closes for else is its own affair, and said to nobody.
    """
    with db.session.no_autoflush:
        rows = db.session.execute(
            select(StudioClosure.day, StudioClosure.reason, StudioClosure.source).where(
                StudioClosure.closed.is_(True), StudioClosure.day >= first
            )
        ).all()
    return {day: reason if source is Source.HOLIDAY else "" for day, reason, source in rows}


def _coaches(which: ColumnElement[bool]) -> Mapping[int, tuple[str, frozenset[str], Week]]:
    """Return the names, skills and usual weeks of coaches who are still there, by id."""
    rows = db.session.execute(
        select(
            Staff.id,
            Staff.name,
            CoachProfile.skills,
            CoachHours.weekday,
            CoachHours.opens,
            CoachHours.closes,
            CoachHours.break_from,
            CoachHours.break_to,
        )
        .join(CoachProfile, CoachProfile.staff_id == Staff.id)
        .outerjoin(CoachHours, CoachHours.staff_id == Staff.id)
        .where(which, Staff.active.is_(True))
        .order_by(Staff.id, CoachHours.weekday)
    )
    found: dict[int, tuple[str, frozenset[str], Week]] = {}
    for staff_id, name, skills, weekday, opens, closes, rest, until in rows:
        _, _, week = found.setdefault(staff_id, (name, frozenset(skills), {}))
        if weekday is not None:
            week[weekday] = _spans(opens, closes, rest, until)
    return found


def _spans(opens: int, closes: int, rest: int | None, until: int | None) -> tuple[Minutes, ...]:
    if rest is None or until is None:
        return ((opens, closes),)
    return ((opens, rest), (until, closes))


def _exceptions(
    ids: Sequence[int], days: tuple[date, date]
) -> Mapping[int, dict[date, tuple[Minutes, ...]]]:
    found: defaultdict[int, dict[date, tuple[Minutes, ...]]] = defaultdict(dict)
    rows = db.session.execute(
        select(
            CoachException.staff_id, CoachException.day, CoachException.opens, CoachException.closes
        ).where(CoachException.staff_id.in_(ids), CoachException.day.between(*days))
    )
    for staff_id, day, opens, closes in rows:
        found[staff_id][day] = () if opens is None or closes is None else ((opens, closes),)
    return found


def _taken(
    ids: Sequence[int], days: tuple[date, date], without: int | None
) -> Mapping[int, dict[int, frozenset[int]]]:
    found: defaultdict[int, dict[int, frozenset[int]]] = defaultdict(dict)
    rows = db.session.execute(
        select(BookedCell.coach_id, BookedCell.starts_at, BookedCell.seat).where(
            BookedCell.coach_id.in_(ids),
            BookedCell.starts_at.between(*_moments(days)),
            BookedCell.booking_id != (without or 0),
        )
    )
    for coach_id, start, seat in rows:
        cell, theirs = number(start), found[coach_id]
        theirs[cell] = theirs.get(cell, frozenset()) | {seat}
    return found


def _moments(days: tuple[date, date]) -> tuple[datetime, datetime]:
    return tuple(datetime.combine(day, time(), tzinfo=UTC) for day in days)  # type: ignore[return-value]
