"""The strip of days that somebody looks at: a week of the diary, read when it is come to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.booking.openings import Diary, Offer, offers
from portal.booking.search import Search

LENGTH = 7
Read = Callable[[date, date], Diary]
"""The diary from one day to another."""


@dataclass(frozen=True)
class Day:
    """One day of the strip; `free` counts its times, `any` says whether there ever were some."""

    day: date
    free: int
    any: bool

    @property
    def words(self) -> str:
        """Return how much is left, in words."""
        if self.free:
            return f"{self.free} left"
        return "Full" if self.any else "Closed"


class Strip:
    """Days side by side, and the offers of each, asked for once."""

    def __init__(self, search: Search, facts: Diary, days: tuple[date, ...]) -> None:
        known = {coach.id for coach in facts.coaches}
        self.facts, self.days = facts, days
        self.coach_id = search.coach_id if search.coach_id in known else None
        self._zone = search.zone
        self._kept: dict[date, tuple[Offer, ...]] = {}

    def on(self, day: date) -> tuple[Offer, ...]:
        """Return the times of a day, taken or free."""
        if day not in self._kept:
            self._kept[day] = offers(self.facts, day, zone=self._zone, coach_id=self.coach_id)
        return self._kept[day]

    def day(self, day: date) -> Day:
        """Return a day of the strip."""
        found = self.on(day)
        return Day(day, sum(offer.is_free for offer in found), bool(found) or self._is_worked(day))

    def shown(self, wanted: date | None) -> date | None:
        """Return the wanted day, or the first with a free time; None when there is none."""
        first = (wanted,) if wanted in self.days and wanted is not None else ()
        return next((day for day in (*first, *self.days) if self.is_free(day)), None)

    def is_free(self, day: date) -> bool:
        """Say whether anything is left on a day."""
        return any(offer.is_free for offer in self.on(day))

    def _is_worked(self, day: date) -> bool:
        """Say whether the studio opens and a coach works on a day, however late it is by now."""
        facts = self.facts
        is_open = day not in facts.closed and facts.hours.on(day) is not None
        coaches = (each for each in facts.coaches if self.coach_id in {None, each.id})
        return is_open and any(coach.works(day) for coach in coaches)


def strip_for(search: Search, read: Read, *, today: date, last: date) -> Strip:
    """Return the strip with the wanted day, else the first with a free time, else the first.

    Strips follow each other from today, week by week. Each is read when it is come to.
    """
    firsts = range(0, (last - today).days + 1, LENGTH)
    if search.day is not None and today <= search.day <= last:
        firsts = range((search.day - today).days // LENGTH * LENGTH, (last - today).days + 1)[:1]
    strips = (_read(search, read, today + timedelta(days=n), last) for n in firsts)
    earliest = next(strips)
    if earliest.shown(None) is not None:
        return earliest
    return next((strip for strip in strips if strip.shown(None) is not None), earliest)


def _read(search: Search, read: Read, first: date, last: date) -> Strip:
    days = (first + timedelta(days=n) for n in range(LENGTH))
    within = tuple(day for day in days if day <= last)
    return Strip(search, read(within[0], within[-1]), within)
