"""The response clock: by when somebody at the studio has to have done something about a lead."""

from datetime import datetime

from portal import opening
from portal.config import Clocks, Settings
from portal.hours import OpeningHours
from portal.leads.models import Disposition


def due_at(disposition: Disposition | None, *, at: datetime, settings: Settings) -> datetime:
    """Return when a lead with this outcome is due; None stands for an unfinished health check.

    Emergencies and urgent outcomes count minutes of opening time, a referral is for the same day,
    everything else is for noon of the next open day (see `Clocks`).
    """
    hours = opening.hours(at=at, settings=settings)
    return due_within(hours, disposition, at=at, clocks=settings.clocks)


def due_within(
    hours: OpeningHours, disposition: Disposition | None, *, at: datetime, clocks: Clocks
) -> datetime:
    """Return the same for opening hours at hand."""
    if disposition is Disposition.EMERGENCY:
        return hours.after(at, minutes=clocks.emergency_minutes)
    if disposition is Disposition.URGENT:
        return hours.after(at, minutes=clocks.urgent_minutes)
    if disposition is Disposition.REFERRAL:
        return hours.same_day(at, by=clocks.refer_by)
    return hours.next_noon(at)
