"""The card of the day: what came in, how soon somebody answered, and what is past its time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, literal, select

from portal.desk.queries import CAP
from portal.desk.queues import AT, NEEDS_ACTION, parameters
from portal.extensions import db
from portal.hours import clock_words
from portal.leads.models import RANK, REPORTED_RANK, Activity, Enquiry, Lead
from portal.orm import UtcDateTime

LOOKS_BACK = 300
START = bindparam("start", type_=UtcDateTime())
HOURS = 7


@dataclass(frozen=True)
class Bar:
    """The enquiries of one hour; `height` is out of 28."""

    hour: str
    count: int
    height: int


@dataclass(frozen=True)
class Today:
    """Three numbers and the enquiries of the last hours, the present hour last.

    `first_reply` is None on a day without one; `past_due` is at most CAP + 1.
    """

    new: int
    first_reply: timedelta | None
    past_due: int
    bars: Sequence[Bar]

    @property
    def in_words(self) -> str:
        """Return what the bars show, for whoever does not see them."""
        first, last = self.bars[0].hour, self.bars[-1].hour
        numbers = ", ".join(str(bar.count) for bar in self.bars)
        return f"New enquiries per hour, {first} to {last}: {numbers}"


def today(*, zone: ZoneInfo, at: datetime) -> Today:
    """Return the day's numbers; they cost the same however many leads there are."""
    start = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    came = _came_since(start)
    return Today(
        new=len(came),
        first_reply=_median_reply(start),
        past_due=_past_due(at),
        bars=_bars(came, zone=zone, at=at),
    )


def _came_since(start: datetime) -> Sequence[datetime]:
    """Return when today's enquiries came, out of the last LOOKS_BACK."""
    return db.session.scalars(_came(), {"start": start}).all()


def _median_reply(start: datetime) -> timedelta | None:
    """Return how long today's first replies took, found through the last lines of all stories."""
    found = db.session.execute(_replied(), {"start": start})
    waits = [(replied - came).total_seconds() for came, replied in found if replied]
    return timedelta(seconds=median(waits)) if waits else None


def _past_due(at: datetime) -> int:
    return db.session.scalar(_late(), parameters(staff_id=0, at=at)) or 0


@cache
def _came() -> Select[datetime]:
    last = select(Enquiry.created_at).order_by(Enquiry.id.desc()).limit(LOOKS_BACK).subquery()
    return select(last.c.created_at).where(last.c.created_at >= START)


@cache
def _replied() -> Select[datetime, datetime | None]:
    last = (
        select(Activity.lead_id, Activity.kind)
        .order_by(Activity.id.desc())
        .limit(LOOKS_BACK)
        .subquery()
    )
    called = select(last.c.lead_id).where(last.c.kind == "called")
    return select(Lead.created_at, Lead.first_reply_at).where(
        Lead.id.in_(called), Lead.first_reply_at >= START
    )


@cache
def _late() -> Select[int]:
    """Count by rank and clock, as the queue's index has them."""
    ranks = sorted({*RANK.values(), REPORTED_RANK})
    past = [Lead.open_rank.in_(ranks), Lead.due_at <= AT, NEEDS_ACTION.where]
    late = select(literal(1)).where(*past).limit(CAP + 1).subquery()
    return select(func.count()).select_from(late)


def _bars(came: Sequence[datetime], *, zone: ZoneInfo, at: datetime) -> Sequence[Bar]:
    """Return the last hours; the tallest fills the drawing, an empty one leaves a trace."""
    hours = [(at - timedelta(hours=back)).astimezone(zone) for back in reversed(range(HOURS))]
    per_hour = Counter(
        moment.astimezone(zone).replace(minute=0, second=0, microsecond=0) for moment in came
    )
    numbers = [per_hour[hour.replace(minute=0, second=0, microsecond=0)] for hour in hours]
    most = max(*numbers, 4)
    return [
        Bar(clock_words(hour.replace(minute=0)), count, max(28 * count // most, 2))
        for hour, count in zip(hours, numbers, strict=True)
    ]
