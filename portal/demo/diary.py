"""The demo's diary: coaches with hours and skills, and a few people who are coming."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from portal.booking import actions, diary, matching
from portal.booking.models import CoachHours, CoachProfile, State
from portal.booking.openings import offers
from portal.booking.wishes import Hand, Wish
from portal.extensions import db, settings, transaction
from portal.leads.models import Disposition, Enquiry, Kind, Lead, Status
from portal.staff.models import Role, Staff

SKILLS = ([matching.BACK, "older"], ["strength", "first_steps"])
NINE, NOON, SEVEN = 9 * 60, 12 * 60, 19 * 60
BOOKINGS = 6
EVERY_OTHER = 5


def open_diary(staff: Sequence[Staff], at: datetime) -> None:
    """Give the coaches hours, and put people into today and the days after."""
    coaches = [each for each in staff if each.role is Role.COACH]
    _hours(coaches)
    yesterday = Hand(at=at - timedelta(days=1), settings=settings(), staff=coaches[0])
    for lead_id, start in zip(_may_come(), _times(at), strict=False):
        booked = actions.book_for(lead_id, Wish(start), hand=yesterday)
        if booked.ends_at < at:
            came = Hand(at=booked.starts_at, settings=settings(), staff=coaches[0])
            actions.showed(booked.id, State.ARRIVED, hand=came, seen=booked.version)


@transaction()
def _hours(coaches: Sequence[Staff]) -> None:
    for coach, skills in zip(coaches, SKILLS, strict=True):
        db.session.add(CoachProfile(staff_id=coach.id, skills=skills, bookable=True))
        for weekday in range(7):
            db.session.add(
                CoachHours(
                    staff_id=coach.id,
                    weekday=weekday,
                    opens=NINE,
                    closes=SEVEN,
                    break_from=NOON,
                    break_to=NOON + 60,
                )
            )


def _may_come() -> list[int]:
    """Return the leads whom the health check lets come and who have waited longest."""
    return list(
        db.session.scalars(
            select(Lead.id)
            .join(Enquiry, Enquiry.lead_id == Lead.id)
            .where(
                Lead.disposition.in_((Disposition.CLEAR, Disposition.CAUTION)),
                Lead.hold == "none",
                Lead.status == Status.WAITING,
                Lead.owner_id.is_(None),
                Lead.snoozed_until.is_(None),
                Enquiry.kind == Kind.CONSULT,
            )
            .order_by(Lead.created_at, Lead.id)
            .limit(BOOKINGS)
        )
    )


def _times(at: datetime) -> Iterator[datetime]:
    """Yield times from this morning on, some hours apart."""
    zone = settings().studio.zone
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(5)]
    facts = diary.diary(days[0], days[-1], settings=settings(), at=at - timedelta(days=1))
    every = (offer.starts_at for day in days for offer in offers(facts, day, zone=zone))
    return islice(every, 0, None, EVERY_OTHER)
