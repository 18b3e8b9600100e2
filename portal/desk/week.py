"""The calendar's screen: a day or a week, coach by coach, whole or as a poll brings it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Response, make_response, render_template, request

from portal import opening
from portal.booking import diary, queries
from portal.booking.gate import waits
from portal.booking.models import Booking, State
from portal.booking.outside import outside
from portal.clock import now
from portal.desk.queries import last_lines
from portal.desk.screens import TAG
from portal.extensions import settings
from portal.htmx import vary
from portal.ids import row_id
from portal.staff.models import Staff
from portal.words import read_day

FIRST_YEAR, LAST_YEAR = 2000, 2200
DAYS_OF_A_WEEK = 7
LOOKS_BACK = timedelta(days=14)


@dataclass(frozen=True)
class Span:
    """The days that an address asks for, from `first` on; `today` is the studio's."""

    first: date
    today: date
    length: int

    @property
    def name(self) -> str:
        """Return what the address calls it."""
        return "week" if self.length == DAYS_OF_A_WEEK else "day"

    @property
    def days(self) -> list[date]:
        """Return its days."""
        return [self.first + timedelta(days=n) for n in range(self.length)]


def whole(*, news: str = "", status: int = 200) -> Response:
    """Return the page; `said` in its address names the session that was just pressed."""
    span, said = _asked(), request.args.get("said", type=row_id)
    page = render_template(
        "desk/calendar/page.html",
        **_sessions(span),
        tag=_tag(span),
        said=queries.booking(said) if said else None,
        unmarked=_unmarked(span.today),
        news=news,
    )
    return vary(make_response(page, status))


def poll() -> Response:
    """Return the sessions as they stand, or 304 when nothing changed or a menu is open on them."""
    span = _asked()
    current = _tag(span)
    if request.args.get("busy") or request.headers.get(TAG) == current:
        return vary(make_response("", 304))
    answer = make_response(render_template("desk/calendar/_days.html", **_sessions(span)))
    answer.headers[TAG] = current
    return vary(answer)


def _asked() -> Span:
    today = now().astimezone(settings().studio.zone).date()
    length = DAYS_OF_A_WEEK if request.args.get("span") == "week" else 1
    return Span(_day(request.args.get("day")) or today, today, length)


def _tag(span: Span) -> str:
    """Return what stays the same while nothing on the screen changes, for a minute at most.

    Whatever happens to a session or to somebody in it leaves a line in a story; the minute brings
    the presses that the clock allows.
    """
    coaches = [(coach.id, coach.name) for coach in diary.bookable()]
    facts = (int(now().timestamp()) // 60, span, coaches, last_lines())
    return hashlib.blake2s(repr(facts).encode(), digest_size=12).hexdigest()


def _sessions(span: Span) -> dict[str, Any]:
    zone = settings().studio.zone
    found = queries.between(*(_midnight(span.first + timedelta(days=n)) for n in (0, span.length)))
    return {
        "days": {
            day: [each for each in found if each.starts_at.astimezone(zone).date() == day]
            for day in span.days
        },
        "first": span.first,
        "today": span.today,
        "span": span.name,
        "step": timedelta(days=span.length),
        "coaches": _coaches(found),
        "outside": outside(
            [each for each in found if each.is_live and each.starts_at > now()],
            hours=opening.weekly(settings()),
        ),
        "states": State,
        "waits": waits,
    }


def _unmarked(today: date) -> Mapping[date, int]:
    """Return on which of the last days sessions passed without a word who came, and how many."""
    zone = settings().studio.zone
    found = queries.unmarked(_midnight(today - LOOKS_BACK), _midnight(today))
    return Counter(each.starts_at.astimezone(zone).date() for each in found)


def _coaches(found: Sequence[Booking]) -> list[Staff]:
    """Return the coaches of the calendar: those who may be picked, and whoever has somebody."""
    every = {coach.id: coach for coach in diary.bookable()}
    return list((every | {booking.coach_id: booking.coach for booking in found}).values())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=settings().studio.zone).astimezone(UTC)


def _day(text: str | None) -> date | None:
    """Return the day in `text`, None for any other text and for a day no studio has."""
    day = read_day(text or "")
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None
