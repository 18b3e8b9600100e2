"""The day strip and the times of one day, as the page shows them, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from portal.booking import words, zones
from portal.booking.diary import diary, rules
from portal.booking.openings import Coach, Offer, nearest
from portal.booking.rules import Rules
from portal.booking.search import Search
from portal.booking.strip import LENGTH, Day, strip_for
from portal.config import Settings
from portal.words import day_words

NOON, EVENING = 12, 17


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
    picked: str | None

    @property
    def is_open(self) -> bool:
        """Say whether any coach has hours in which somebody may book."""
        return any(coach.week for coach in self.coaches)


def picker(  # noqa: PLR0913 - what the choice depends on, each by name
    search: Search,
    *,
    settings: Settings,
    at: datetime,
    taken: datetime | None = None,
    picked: datetime | None = None,
    without: int | None = None,
    rule: Rules | None = None,
) -> Picker:
    """Return the times to choose from: the strip that holds the wanted day, or the first with any.

    `taken` is a time that has just gone: the nearest ones are shown instead of a day's. `picked` is
    one that was picked before; it stands picked while it is free on the day that is shown.
    """
    today = at.astimezone(search.zone).date()
    rule = rule or rules()
    last = today + timedelta(days=rule.horizon_days)
    read = partial(diary, settings=settings, at=at, without=without, rule=rule)
    strip = strip_for(search, read, today=today, last=last)
    day, coach_id = strip.shown(search.day), strip.coach_id
    near = nearest(read(today, last), taken, coach_id=coach_id) if taken else ()
    parts = _parts(strip.on(day), search.zone) if day else ()
    first, following = strip.days[0], strip.days[0] + timedelta(days=LENGTH)
    return Picker(
        search=Search(day, search.place, search.zone, coach_id),
        days=tuple(strip.day(each) for each in strip.days),
        day=day,
        parts=parts,
        near=tuple(_slot(offer, search.zone) for offer in near),
        coaches=[each for each in strip.facts.coaches if each.week or each.exceptions],
        minutes=rule.length,
        zone=words.zone_words(search.zone),
        zones=zones.choices(settings.studio.zone, search.zone),
        earlier=first - timedelta(days=LENGTH) if first > today else None,
        later=following if following <= last else None,
        picked=_picked(parts, picked),
    )


def _picked(parts: Sequence[Part], picked: datetime | None) -> str | None:
    values = {slot.value for part in parts for slot in part.slots}
    value = _value(picked) if picked else None
    return value if value in values else None


def _value(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


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
        value=_value(offer.starts_at),
        clock=words.slot_words(offer.starts_at, zone),
        name=day_words(offer.starts_at.astimezone(zone).date()),
    )
