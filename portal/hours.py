"""Opening hours and the arithmetic of response clocks: pure, told the time and the zone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(
    r"^(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+)?"
    r"(?P<opens>\d{1,2}:\d{2})-(?P<closes>\d{1,2}:\d{2})$"
)
NOON = time(12)
SEARCH_DAYS = 366
Week = tuple[tuple[time, time] | None, ...]
"""Opening and closing wall time of each weekday, Monday first; None on a day without."""


@dataclass(frozen=True)
class OpeningHours:
    """When the studio is staffed: per weekday (Monday is 0) its opening and closing wall time.

    `closed` are single days without any, each with what is said of it, which may be nothing.
    """

    zone: ZoneInfo
    week: Week
    closed: Mapping[date, str] = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str, *, zone: ZoneInfo) -> "OpeningHours":
        """Read `06:00-21:00` or `mon-fri 06:00-21:00; sat 08:00-18:00`; raise ValueError if not."""
        week: list[tuple[time, time] | None] = [None] * 7
        for part in filter(None, (piece.strip().lower() for piece in text.split(";"))):
            for day, span in _read_span(part):
                week[day] = span
        if not any(week):
            raise ValueError("Opening hours are empty: write them like `mon-sun 06:00-21:00`.")
        return cls(zone=zone, week=tuple(week))

    def without(self, closed: Mapping[date, str]) -> "OpeningHours":
        """Return the same hours with these days closed."""
        return replace(self, closed=closed)

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the moments of opening and closing on `day`, or None when closed.

        A wall time that a clock change skips is the moment just as long after midnight.
        """
        span = self.week[day.weekday()]
        if span is None or day in self.closed:
            return None
        opens, closes = (self._moment(day, wall) for wall in span)
        return (opens, closes) if opens < closes else None

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there at `at`."""
        moment = at.astimezone(UTC)
        span = self.on(self._day(moment))
        return span is not None and span[0] <= moment < span[1]

    def next_opening(self, at: datetime) -> datetime:
        """Return the next moment, in UTC, at which the doors open after `at`."""
        moment = at.astimezone(UTC)
        for _, opens, _ in self._open_days(self._day(moment)):
            if opens > moment:
                return opens
        raise ValueError("The studio is not open within a year.")

    def after(self, at: datetime, *, minutes: int) -> datetime:
        """Return the moment, in UTC, by which `minutes` of opening time have passed since `at`."""
        moment, left = at.astimezone(UTC), timedelta(minutes=minutes)
        for _, opens, closes in self._open_days(self._day(moment)):
            start = max(moment, opens)
            if start < closes:
                if closes - start >= left:
                    return start + left
                left -= closes - start
        raise ValueError("The studio does not open for that long within a year.")

    def same_day(self, at: datetime, *, by: time) -> datetime:
        """Return `by` today when that is still ahead and open, else `by` on the next open day."""
        return self._next_wall_time(at, by=by, skip_today=False)

    def next_noon(self, at: datetime) -> datetime:
        """Return noon on the next open day after today."""
        return self._next_wall_time(at, by=NOON, skip_today=True)

    def in_words(self) -> str:
        """Return the hours as a person would say them, for the footer and the mail."""
        groups: list[tuple[int, int, tuple[time, time] | None]] = []
        for day, span in enumerate(self.week):
            if groups and groups[-1][2] == span:
                groups[-1] = (groups[-1][0], day, span)
            else:
                groups.append((day, day, span))
        return "; ".join(_group_in_words(*group) for group in groups if group[2])

    def _next_wall_time(self, at: datetime, *, by: time, skip_today: bool) -> datetime:
        """Return `by`, moved into opening time, on the first open day where that is ahead."""
        moment = at.astimezone(UTC)
        first = self._day(moment) + timedelta(days=1 if skip_today else 0)
        for day, opens, closes in self._open_days(first):
            due = min(max(self._moment(day, by), opens), closes)
            if due > moment:
                return due
        raise ValueError("The studio is not open within a year.")

    def _open_days(self, first: date) -> Iterator[tuple[date, datetime, datetime]]:
        for offset in range(SEARCH_DAYS):
            day = first + timedelta(days=offset)
            span = self.on(day)
            if span is not None:
                yield day, *span

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _moment(self, day: date, wall: time) -> datetime:
        """Return a wall time of the studio in UTC, where comparing and subtracting are exact."""
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)


def _read_span(part: str) -> list[tuple[int, tuple[time, time]]]:
    found = SPAN.match(part)
    if found is None:
        raise ValueError(f"Opening hours: {part!r} is not like `mon-fri 06:00-21:00`.")
    names = (found["first"] or "mon", found["last"] or found["first"] or "sun")
    if not set(names) <= set(DAYS):
        raise ValueError(f"Opening hours: {part!r} names no weekday.")
    opens, closes = (time.fromisoformat(found[name].zfill(5)) for name in ("opens", "closes"))
    if closes <= opens:
        raise ValueError(f"Opening hours: {part!r} closes before it opens.")
    first, last = (DAYS.index(name) for name in names)
    if last < first:
        raise ValueError(f"Opening hours: {part!r} runs backwards.")
    return [(day, (opens, closes)) for day in range(first, last + 1)]


def _group_in_words(first: int, last: int, span: tuple[time, time] | None) -> str:
    if span is None:
        return ""
    hours = f"{clock_words(span[0])} to {clock_words(span[1])}"
    if (first, last) == (0, 6):
        return f"{hours}, every day"
    names = [DAYS[day].capitalize() for day in (first, last)]
    return f"{hours}, {names[0]}" if first == last else f"{hours}, {names[0]} to {names[1]}"


def wall_time(minutes: int) -> time:
    """Return the wall time that is so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)


def minutes_of(wall: time) -> int:
    """Return how many minutes after midnight a wall time is."""
    return wall.hour * 60 + wall.minute


def clock_words(wall: time | datetime) -> str:
    """Return `6 am`, `2:30 pm` or `noon` for a wall time."""
    if (wall.hour, wall.minute) == (12, 0):
        return "noon"
    minutes = f":{wall.minute:02}" if wall.minute else ""
    return f"{wall.hour % 12 or 12}{minutes} {'am' if wall.hour < 12 else 'pm'}"  # noqa: PLR2004
