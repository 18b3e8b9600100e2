"""The day strip and the times of one day, as the page shows them, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from portal.booking import words, zones
from portal.booking.diary import diary, rules
from portal.booking.models import Place
from portal.booking.openings import Coach, Diary, Offer, nearest, offers
from portal.booking.rules import Rules
from portal.config import Settings
from portal.words import day_words

STRIP = 7
NOON, EVENING = 12, 17


@dataclass(frozen=True)
class Search:
    """How somebody looks for a time: from which day, where, in which zone, with whom."""

    day: date | None
    place: Place
    zone: ZoneInfo
    coach_id: int | None

    @classmethod
    def read(cls, args: Mapping[str, str], *, studio: ZoneInfo) -> "Search":
        """Return what an address or a form asks for; what it gets wrong counts as not asked."""
        by_phone = args.get("place") == Place.PHONE
        coach = args.get("coach", "")
        return cls(
            day=_day(args.get("day", "")),
            place=Place.PHONE if by_phone else Place.IN_PERSON,
            zone=zones.read(args.get("zone"), otherwise=studio) if by_phone else studio,
            coach_id=int(coach) if coach.isdecimal() and coach.isascii() else None,
        )

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the search as arguments of an address, with some of them changed."""
        named = {
            "day": self.day.isoformat() if self.day else None,
            "place": self.place.value if self.place is Place.PHONE else None,
            "zone": self.zone.key if self.place is Place.PHONE else None,
            "coach": self.coach_id,
            **changes,
        }
        return {name: value for name, value in named.items() if value is not None}


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


@dataclass(frozen=True)
class Slot:
    """One time to pick; `value` is its UTC start, `clock` what stands on it."""

    value: str
    clock: str
    name: str


@dataclass(frozen=True)
class Part:
    """A part of the day with its free times."""

    name: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Picker:
    """All that the page of times shows; `earlier` and `later` are days, None at an end."""

    search: Search
    days: tuple[Day, ...]
    day: date | None
    parts: tuple[Part, ...]
    near: tuple[Slot, ...]
    coaches: Sequence[Coach]
    minutes: int
    zone: str
    zones: Sequence[tuple[str, str]]
    earlier: date | None
    later: date | None


def picker(  # noqa: PLR0913 - what the choice depends on, each by name
    search: Search,
    *,
    settings: Settings,
    at: datetime,
    taken: datetime | None = None,
    without: int | None = None,
    rule: Rules | None = None,
) -> Picker:
    """Return the times to choose from: the strip that holds the wanted day, or the first with any.

    `taken` is a time that has just gone: the nearest ones are shown instead of a day's.
    """
    today = at.astimezone(search.zone).date()
    rule = rule or rules()
    last = today + timedelta(days=rule.horizon_days)
    facts = diary(today, last, settings=settings, at=at, without=without, rule=rule)
    known = {coach.id for coach in facts.coaches}
    coach_id = search.coach_id if search.coach_id in known else None
    found = _Times(facts, search.zone, coach_id)
    first = _strip_of(found, search.day, today=today, last=last)
    days = [first + timedelta(days=n) for n in range(STRIP)]
    day = _shown(found, search.day, [each for each in days if each <= last])
    near = nearest(facts, taken, coach_id=coach_id) if taken else ()
    return Picker(
        search=Search(day, search.place, search.zone, coach_id),
        days=tuple(found.day(each) for each in days if each <= last),
        day=day,
        parts=_parts(found.on(day), search.zone) if day else (),
        near=tuple(_slot(offer, search.zone) for offer in near),
        coaches=facts.coaches,
        minutes=facts.rules.length,
        zone=words.zone_words(search.zone),
        zones=zones.choices(settings.studio.zone, search.zone),
        earlier=first - timedelta(days=STRIP) if first > today else None,
        later=first + timedelta(days=STRIP) if first + timedelta(days=STRIP) <= last else None,
    )


class _Times:
    """The offers of each day, asked for once."""

    def __init__(self, facts: Diary, zone: ZoneInfo, coach_id: int | None) -> None:
        self._facts, self._zone, self._coach_id = facts, zone, coach_id
        self._kept: dict[date, tuple[Offer, ...]] = {}

    def on(self, day: date) -> tuple[Offer, ...]:
        if day not in self._kept:
            self._kept[day] = offers(self._facts, day, zone=self._zone, coach_id=self._coach_id)
        return self._kept[day]

    def day(self, day: date) -> Day:
        found = self.on(day)
        return Day(day, sum(offer.is_free for offer in found), bool(found))

    def is_free(self, day: date) -> bool:
        return any(offer.is_free for offer in self.on(day))


def _strip_of(found: _Times, wanted: date | None, *, today: date, last: date) -> date:
    """Return the first day of the strip; strips follow each other from today, week by week."""
    if wanted is None or not today <= wanted <= last:
        every = (today + timedelta(days=n) for n in range((last - today).days + 1))
        wanted = next((day for day in every if found.is_free(day)), today)
    return today + timedelta(days=(wanted - today).days // STRIP * STRIP)


def _shown(found: _Times, wanted: date | None, days: Sequence[date]) -> date | None:
    if wanted in days and wanted is not None and found.is_free(wanted):
        return wanted
    return next((day for day in days if found.is_free(day)), None)


def _parts(found: Sequence[Offer], zone: ZoneInfo) -> tuple[Part, ...]:
    free = [offer for offer in found if offer.is_free]
    return tuple(
        Part(name, tuple(_slot(offer, zone) for offer in some))
        for name, some in groupby(free, key=lambda offer: _part(offer.starts_at, zone))
    )


def _part(moment: datetime, zone: ZoneInfo) -> str:
    hour = moment.astimezone(zone).hour
    return "Morning" if hour < NOON else "Afternoon" if hour < EVENING else "Evening"


def _slot(offer: Offer, zone: ZoneInfo) -> Slot:
    return Slot(
        value=f"{offer.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        clock=words.slot_words(offer.starts_at, zone),
        name=day_words(offer.starts_at.astimezone(zone).date()),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
