"""A studio with two coaches, and people whose health check lets them pick a time."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest
from flask import Flask

from portal.booking.models import CoachHours, CoachProfile
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.leads.models import Enquiry, Kind, Lead, Status
from portal.leads.response import due_at
from portal.staff.models import Role, Staff
from tests.intake.recorded import record_screening

TUESDAY_10 = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""Tuesday 10:00 am in Chicago, two days after the tests' Sunday noon."""
TUESDAY_11 = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
NINE, NOON, FIVE = 9 * 60, 12 * 60, 17 * 60

SERIAL = count(0x10000)
"""References that never come twice, however many people a run makes."""

Asks = Callable[..., Enquiry]


def make_coach(name: str, *, skills: tuple[str, ...] = (), week: range = range(7)) -> Staff:
    """A coach who works 9 to 5 with a break from noon to one."""
    coach = Staff(
        email=f"{secrets.token_hex(4)}@example.com",
        name=name,
        role=Role.COACH,
        password_hash="none",
        created_at=now(),
    )
    db.session.add(coach)
    db.session.flush()
    db.session.add(CoachProfile(staff_id=coach.id, skills=list(skills), bookable=True))
    for weekday in week:
        db.session.add(
            CoachHours(
                staff_id=coach.id,
                weekday=weekday,
                opens=NINE,
                closes=FIVE,
                break_from=NOON,
                break_to=NOON + 60,
            )
        )
    db.session.commit()
    return coach


@pytest.fixture
def amir(app: Flask) -> Staff:
    return make_coach("Amir Test", skills=("back",))


@pytest.fixture
def jules(app: Flask) -> Staff:
    return make_coach("Jules Test")


def ask(
    *,
    name: str = "Robin Test",
    kind: Kind = Kind.CONSULT,
    checked: bool = True,
    reason: str = "start",
    **answers: object,
) -> Enquiry:
    """Open a lead with a health check; `checked=False` leaves that out."""
    at, number = now(), secrets.token_hex(4)
    lead = Lead(
        ref=f"TL-{next(SERIAL):05X}",
        name=name,
        email=f"robin.{number}@example.com",
        email_key=f"robin.{number}@example.com",
        phone="312-555-0142",
        status=Status.UNFINISHED,
        due_at=due_at(None, at=at, settings=settings()),
        version=0,
        created_at=at,
    )
    lead.touched(at=at)
    enquiry = Enquiry(
        public_id=secrets.token_urlsafe(32),
        lead=lead,
        kind=kind,
        key=secrets.token_hex(16),
        body_hash="0" * 64,
        name=lead.name,
        email=lead.email,
        phone=lead.phone,
        reason=reason,
        created_at=at,
    )
    with transaction():
        db.session.add(enquiry)
    if checked:
        record_screening(enquiry, answers={"age": 40, **answers}, wording="I agree", at=at)
    return enquiry


@pytest.fixture
def asks(app: Flask) -> Asks:
    """Someone who asked for a consult and answered the health check: `asks(pain_sites=[...])`."""
    return ask


@pytest.fixture
def hand(app: Flask) -> Callable[..., Hand]:
    return lambda staff=None: Hand(at=now(), settings=settings(), staff=staff)


def at(hour: int, minute: int = 0, *, day: int = 24) -> Wish:
    """A wish for a wall time in Chicago, in November 2026."""
    return Wish(datetime(2026, 11, day, hour + 6, minute, tzinfo=UTC))
