"""When somebody can come: pure, told everything, and the only judge of what is free.

Times are laid out per local day in the studio's own zone, in real minutes from the coach's opening.
On a day that loses an hour there are fewer of them, on one that gains an hour more; each is a
moment of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.booking.grid import cells, numbers
from portal.booking.rules import Rules
from portal.hours import OpeningHours

Minutes = tuple[int, int]
"""From and to, in minutes after midnight on the studio's wall clock."""


@dataclass(frozen=True)
class Coach:
    """What is known of one coach for the days in question.

    `week` holds each weekday's working spans, `exceptions` those of single days. `taken` maps the
    number of a cell to the seats that somebody has in it.
    """

    id: int
    name: str
    skills: frozenset[str]
    week: Mapping[int, tuple[Minutes, ...]]
    exceptions: Mapping[date, tuple[Minutes, ...]]
    taken: Mapping[int, frozenset[int]]

    def works(self, day: date) -> tuple[Minutes, ...]:
        """Return when the coach works on a day."""
        return self.exceptions.get(day, self.week.get(day.weekday(), ()))


@dataclass(frozen=True)
class Diary:
    """All that decides what is free, as it stands at `now`."""

    hours: OpeningHours
    closed: frozenset[date]
    coaches: tuple[Coach, ...]
    rules: Rules
    now: datetime


class Opening(NamedTuple):
    """One time with one coach; `seat` is None when somebody has it already."""

    starts_at: datetime
    ends_at: datetime
    coach: Coach
    seat: int | None

    @property
    def is_free(self) -> bool:
        """Say whether it can be booked."""
        return self.seat is not None


@dataclass(frozen=True)
class Offer:
    """One time as a person sees it, whoever of the coaches is free then."""

    starts_at: datetime
    ends_at: datetime
    openings: tuple[Opening, ...]

    @cached_property
    def is_free(self) -> bool:
        """Say whether any coach is free then."""
        return any(opening.seat is not None for opening in self.openings)


def openings(diary: Diary, day: date, *, only: datetime | None = None) -> Iterator[Opening]:
    """Yield every time of a studio day that is neither too soon nor too far off, taken or free.

    With `only`, those that begin at this moment.
    """
    last = _today(diary) + timedelta(days=diary.rules.horizon_days)
    span = diary.hours.on(day)
    if span is None or day in diary.closed or not _today(diary) <= day <= last:
        return
    soonest = diary.now + timedelta(minutes=diary.rules.notice)
    for coach in diary.coaches:
        for start in _starts(diary, coach, day, span):
            if start >= soonest and only in {None, start}:
                seat = free_seat(coach, start, rules=diary.rules)
                yield Opening(start, start + diary.rules.lasts, coach, seat)


def offers(
    diary: Diary, day: date, *, zone: ZoneInfo, coach_id: int | None = None
) -> tuple[Offer, ...]:
    """Return the times of a day in `zone`, in order, each once, whoever of the coaches has it."""
    around = 0 if zone.key == diary.hours.zone.key else 1
    found = [
        opening
        for near in (day + timedelta(days=shift) for shift in range(-around, around + 1))
        for opening in openings(diary, near)
        if coach_id in {None, opening.coach.id}
    ]
    found.sort(key=attrgetter("starts_at", "coach.id"))
    return tuple(
        Offer(start, start + diary.rules.lasts, tuple(same))
        for start, same in groupby(found, key=attrgetter("starts_at"))
        if start.astimezone(zone).date() == day
    )


def at_moment(diary: Diary, starts_at: datetime) -> tuple[Opening, ...]:
    """Return what the coaches have at exactly this moment; empty when nothing begins then."""
    day = starts_at.astimezone(diary.hours.zone).date()
    return tuple(openings(diary, day, only=starts_at))


def choose(
    found: Sequence[Opening], *, skills: frozenset[str], load: Mapping[int, int]
) -> Opening | None:
    """Return the opening to take: the coach who knows most of what is asked, then the least busy.

    `load` holds how many sessions each coach has that day. None when all are taken.
    """
    return min(
        (opening for opening in found if opening.is_free),
        key=lambda opening: (
            -len(skills & opening.coach.skills),
            load.get(opening.coach.id, 0),
            opening.coach.id,
        ),
        default=None,
    )


def nearest(
    diary: Diary, wanted: datetime, *, coach_id: int | None = None, most: int = 3
) -> tuple[Offer, ...]:
    """Return the free times that are nearest to a moment, in order of time."""
    zone, day = diary.hours.zone, wanted.astimezone(diary.hours.zone).date()
    found: list[Offer] = []
    for distance in range(diary.rules.horizon_days + 1):
        for near in {day - timedelta(days=distance), day + timedelta(days=distance)}:
            found += (
                offer
                for offer in offers(diary, near, zone=zone, coach_id=coach_id)
                if offer.is_free and offer.starts_at != wanted
            )
        if len(found) >= most and distance:
            break
    found.sort(key=lambda offer: (abs(offer.starts_at - wanted), offer.starts_at))
    return tuple(sorted(found[:most], key=lambda offer: offer.starts_at))


def free_seat(coach: Coach, start: datetime, *, rules: Rules) -> int | None:
    """Return the first seat that is free from the buffer before to the buffer after, or None."""
    if not coach.taken:
        return 1
    needed = numbers(start - rules.before, start + rules.lasts + rules.after)
    taken = {seat for cell in needed for seat in coach.taken.get(cell, ())}
    return next((seat for seat in range(1, rules.capacity + 1) if seat not in taken), None)


def works_through(coach: Coach, start: datetime, end: datetime, *, zone: ZoneInfo) -> bool:
    """Say whether the coach's hours hold all of a session, with its breaks and on any day."""
    day = start.astimezone(zone).date()
    works = sorted(coach.works(day))
    spans = [(moment(day, a, zone=zone), moment(day, b, zone=zone)) for a, b in works]
    return _within(start, end, spans) and (
        not _clocks_change(day, zone) or _shows_working_hours(start, end, works, zone)
    )


def moment(day: date, minutes: int, *, zone: ZoneInfo) -> datetime:
    """Return a wall time in UTC; one that a clock change skips is just as long after midnight."""
    whole_days, rest = divmod(minutes, 1440)
    wall = datetime.combine(day + timedelta(days=whole_days), time(rest // 60, rest % 60))
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _starts(
    diary: Diary, coach: Coach, day: date, studio: tuple[datetime, datetime]
) -> Iterator[datetime]:
    """Yield the starts of a coach's day: whole sessions, while the coach and the studio are there.

    The grid runs from the coach's first opening through breaks, so that times stay round.
    """
    zone, works = diary.hours.zone, sorted(coach.works(day))
    spans = [(moment(day, a, zone=zone), moment(day, b, zone=zone)) for a, b in works]
    if not spans:
        return
    start, step = spans[0][0], timedelta(minutes=diary.rules.every)
    lasts, (opens, closes) = diary.rules.lasts, studio
    changes = _clocks_change(day, zone)
    for begins, ends in spans:
        while start < max(begins, opens):
            start += step
        while start + lasts <= min(ends, closes):
            if not changes or _shows_working_hours(start, start + lasts, works, zone):
                yield start
            start += step


def _within(start: datetime, end: datetime, spans: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(begins <= start and end <= ends for begins, ends in spans)


def _clocks_change(day: date, zone: ZoneInfo) -> bool:
    first, last = (datetime.combine(day + timedelta(days=n), time(), tzinfo=zone) for n in (0, 1))
    return first.utcoffset() != last.utcoffset()


def _shows_working_hours(
    start: datetime, end: datetime, works: Sequence[Minutes], zone: ZoneInfo
) -> bool:
    """Say whether the wall clock shows working hours all through a session.

    Where it jumps, an hour may pass that nobody's hours name: the clock is asked at the start and
    at every fifth minute, on which all jumps fall.
    """
    points = (max(cell, start).astimezone(zone) for cell in cells(start, end))
    walls = [wall.hour * 60 + wall.minute for wall in points]
    return all(any(a <= wall < b for a, b in works) for wall in walls)


def _today(diary: Diary) -> date:
    return diary.now.astimezone(diary.hours.zone).date()
