"""Sessions that stand where nobody is there any more: the hours changed after they were booked."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from portal.booking import diary
from portal.booking.models import Booking
from portal.booking.openings import Coach, works_through
from portal.hours import OpeningHours


class Why(StrEnum):
    """What a session stands outside of."""

    CLOSED = "closed"
    STUDIO = "studio"
    COACH = "coach"


def outside(booked: Sequence[Booking], *, hours: OpeningHours) -> Mapping[int, Why]:
    """Return which of these sessions the hours do not hold any more, by id.

    The buffers are left out: a session that keeps its coach a little longer is still a session.
    """
    if not booked:
        return {}
    days = {each.id: each.starts_at.astimezone(hours.zone).date() for each in booked}
    first, last = min(days.values()), max(days.values())
    coaches = diary.working({each.coach_id for each in booked}, first, last)
    closed = diary.closed_days(first, last)
    found = {
        each.id: Why.CLOSED
        if days[each.id] in closed
        else _why(each, coaches.get(each.coach_id), hours=hours)
        for each in booked
    }
    return {booking_id: why for booking_id, why in found.items() if why}


def _why(booking: Booking, coach: Coach | None, *, hours: OpeningHours) -> Why | None:
    start, end = booking.starts_at, booking.ends_at
    span = hours.on(start.astimezone(hours.zone).date())
    if span is None or start < span[0] or end > span[1]:
        return Why.STUDIO
    if coach is None or not works_through(coach, start, end, zone=hours.zone):
        return Why.COACH
    return None
