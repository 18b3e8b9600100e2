"""The time that a visitor picked before the form, as the desk sees it: still free, or gone."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from portal.booking import gate, picks, queries
from portal.booking.models import Place
from portal.booking.search import Search
from portal.booking.wishes import Hand, Wish, is_free
from portal.intake.models import Decision
from portal.leads.models import Enquiry, Lead


@dataclass(frozen=True)
class Wished:
    """A time that was picked and not booked; `args` open it, picked, where the desk books."""

    starts_at: datetime
    by_phone: bool
    is_free: bool
    may_book: bool
    args: dict[str, str]


def wished(
    lead: Lead, enquiry: Enquiry | None, decision: Decision | None, *, hand: Hand
) -> Wished | None:
    """Return the time that somebody picked, None for none and once a session of theirs stands."""
    starts_at = picks.moment_of(enquiry) if enquiry else None
    if enquiry is None or starts_at is None or queries.live(lead.id):
        return None
    zone = hand.settings.studio.zone
    search = Search.read(picks.asked(enquiry), studio=zone)
    return Wished(
        starts_at=starts_at,
        by_phone=search.place is Place.PHONE,
        is_free=is_free(Wish(starts_at, search.coach_id), hand=hand),
        may_book=gate.lets_staff_book(lead, decision),
        args=search.args(day=_day(starts_at, zone), zone=None),
    )


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat()
