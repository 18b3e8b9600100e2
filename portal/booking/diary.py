"""Reading the hours, closures and bookings into the plain facts that `openings` judges."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from portal.booking.models import (
    BookedCell,
    Booking,
    BookingRules,
    CoachException,
    CoachHours,
    CoachProfile,
    State,
    StudioClosure,
)
from portal.booking.openings import Coach, Diary, Minutes
from portal.booking.rules import Rules
from portal.config import Settings
from portal.extensions import db
from portal.staff.models import Staff

AROUND = timedelta(days=2)


def rules() -> Rules:
    """Return the rules of booking that hold now."""
    row = db.session.scalars(select(BookingRules).limit(1)).one_or_none()
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
    people = bookable()
    ids = [person.id for person in people]
    days = (first - AROUND, last + AROUND)
    week, exceptions = _week(ids), _exceptions(ids, days)
    taken, load = _taken(ids, days, without), _load(ids, days, settings)
    skills = {each.staff_id: frozenset(each.skills) for each in profiles()}
    return Diary(
        hours=settings.studio.hours,
        closed=closed_days(*days),
        coaches=tuple(
            Coach(
                id=person.id,
                name=person.name,
                skills=skills.get(person.id, frozenset()),
                week=week[person.id],
                exceptions=exceptions[person.id],
                taken=taken[person.id],
                load=load[person.id],
            )
            for person in people
        ),
        rules=rule or rules(),
        now=at,
    )


def is_open_for_booking() -> bool:
    """Say whether any coach has hours in which somebody may book."""
    ids = [person.id for person in bookable()]
    found = select(CoachHours.id).where(CoachHours.staff_id.in_(ids)).limit(1)
    return bool(ids) and db.session.scalars(found).one_or_none() is not None


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


def closed_days(first: date, last: date) -> frozenset[date]:
    """Return the days on which somebody decided to close."""
    return frozenset(
        db.session.scalars(
            select(StudioClosure.day).where(
                StudioClosure.closed.is_(True), StudioClosure.day.between(first, last)
            )
        )
    )


def _week(ids: Sequence[int]) -> Mapping[int, dict[int, tuple[Minutes, ...]]]:
    found: defaultdict[int, dict[int, tuple[Minutes, ...]]] = defaultdict(dict)
    rows = db.session.scalars(select(CoachHours).where(CoachHours.staff_id.in_(ids)))
    for row in rows:
        found[row.staff_id][row.weekday] = _spans(row)
    return found


def _spans(row: CoachHours) -> tuple[Minutes, ...]:
    if row.break_from is None or row.break_to is None:
        return ((row.opens, row.closes),)
    return ((row.opens, row.break_from), (row.break_to, row.closes))


def _exceptions(
    ids: Sequence[int], days: tuple[date, date]
) -> Mapping[int, dict[date, tuple[Minutes, ...]]]:
    found: defaultdict[int, dict[date, tuple[Minutes, ...]]] = defaultdict(dict)
    rows = db.session.scalars(
        select(CoachException).where(
            CoachException.staff_id.in_(ids), CoachException.day.between(*days)
        )
    )
    for row in rows:
        works = row.opens is not None and row.closes is not None
        found[row.staff_id][row.day] = ((row.opens, row.closes),) if works else ()  # type: ignore[assignment]
    return found


def _taken(
    ids: Sequence[int], days: tuple[date, date], without: int | None
) -> Mapping[int, dict[datetime, frozenset[int]]]:
    found: defaultdict[int, dict[datetime, frozenset[int]]] = defaultdict(dict)
    rows = db.session.execute(
        select(BookedCell.coach_id, BookedCell.starts_at, BookedCell.seat).where(
            BookedCell.coach_id.in_(ids),
            BookedCell.starts_at.between(*_moments(days)),
            BookedCell.booking_id != (without or 0),
        )
    )
    for coach_id, start, seat in rows:
        found[coach_id][start] = found[coach_id].get(start, frozenset()) | {seat}
    return found


def _load(
    ids: Sequence[int], days: tuple[date, date], settings: Settings
) -> Mapping[int, Counter[date]]:
    found: defaultdict[int, Counter[date]] = defaultdict(Counter)
    rows = db.session.execute(
        select(Booking.coach_id, Booking.starts_at).where(
            Booking.coach_id.in_(ids),
            Booking.state == State.BOOKED,
            Booking.starts_at.between(*_moments(days)),
        )
    )
    for coach_id, start in rows:
        found[coach_id][start.astimezone(settings.studio.zone).date()] += 1
    return found


def _moments(days: tuple[date, date]) -> tuple[datetime, datetime]:
    return tuple(datetime.combine(day, time(), tzinfo=UTC) for day in days)  # type: ignore[return-value]
