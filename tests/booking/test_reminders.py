"""Each reminder once, none after a cancellation, none past its session: random lives of bookings.

REMINDER_LIVES sets how many lives of about forty changes each; 300 of them, the size at the gate,
are 10,000 changes.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, delete, or_, select, update

from portal.booking import actions, notices
from portal.booking.models import BookedCell, Booking, CoachHours, State
from portal.booking.wishes import Hand, TakenError, Wish
from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.hours import OpeningHours
from portal.leads.models import Lead, Status
from portal.mail.models import MailState, OutboxMail
from tests.booking.conftest import make_coach
from tests.conftest import Clock

LIVES = int(os.environ.get("REMINDER_LIVES", "6"))
ZONES = {
    "America/Chicago": (date(2027, 3, 14), date(2026, 11, 1)),
    "Europe/London": (date(2027, 3, 28), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2027, 4, 4), date(2026, 10, 4)),
}


WAITING = (
    select(OutboxMail.id)
    .where(
        OutboxMail.state == MailState.READY,
        or_(OutboxMail.due <= bindparam("at"), OutboxMail.not_after <= bindparam("at")),
        OutboxMail.kind == "reminder",
    )
    .limit(1)
)
"""Built once: it is asked every hour of every life."""


def in_zone(zone: ZoneInfo):
    hours = OpeningHours.parse("mon-sun 00:00-23:59", zone=zone)
    return replace(settings(), studio=replace(settings().studio, zone=zone, hours=hours))


def send_due(at: datetime) -> list[OutboxMail]:
    """Do what the worker does, without a mail server: expire, then send what is due."""
    waiting = db.session.connection().execute(WAITING, {"at": at}).scalar()
    db.session.rollback()
    if not waiting:
        return []
    ready = OutboxMail.state == MailState.READY
    with transaction():
        db.session.execute(
            update(OutboxMail)
            .where(ready, OutboxMail.kind == "reminder", OutboxMail.not_after <= at)
            .values(state=MailState.EXPIRED)
        )
        due = db.session.scalars(
            select(OutboxMail).where(ready, OutboxMail.kind == "reminder", OutboxMail.due <= at)
        ).all()
        for mail in due:
            mail.state, mail.sent_at = MailState.SENT, at
    return due


@pytest.mark.timeout(0 if LIVES > 30 else 240)
@pytest.mark.parametrize("name", ZONES)
@pytest.mark.usefixtures("careless")
def test_every_reminder_goes_once_and_never_late(app, clock, monkeypatch, name):
    monkeypatch.setitem(app.extensions, "settings", in_zone(ZoneInfo(name)))
    for live in lives(name, LIVES // len(ZONES), clock=clock):
        live()


def lives(name: str, number: int, *, clock: Clock) -> Iterator[Callable[[], None]]:
    """Yield so many lives of people who book in a zone; one raises AssertionError if mail is wrong.

    The settings must be those of `in_zone`.
    """
    zone, chance = ZoneInfo(name), random.Random(name)  # noqa: S311 - lives, not secrets
    coach = make_coach("Amir Test")
    for row in db.session.scalars(select(CoachHours)):
        row.opens, row.closes, row.break_from, row.break_to = 0, 1420, None, None
    db.session.commit()
    for each in range(number):
        change, hand = chance.choice(ZONES[name]), Hand(now(), settings(), coach)
        yield partial(_live, each, change, zone=zone, chance=chance, hand=hand, clock=clock)
        with transaction():
            db.session.execute(delete(BookedCell))
            # What the last hour of a life left unsent would be sent in the next one.
            db.session.execute(delete(OutboxMail))


def _live(number, change, *, zone, chance, hand, clock) -> None:
    """One person: booked around a clock change, moved and called off at random, hour by hour."""
    begin = datetime.combine(change - timedelta(days=3), time(9), tzinfo=zone).astimezone(UTC)
    clock.move_to(begin)
    lead = Lead(
        ref=f"TL-{zone.key[:2]}{number}",
        name="Robin Test",
        email=f"{zone.key[:2]}{number}@example.com",
        status=Status.WAITING,
        version=1,
        created_at=begin,
    )
    lead.touched(at=begin)
    with transaction():
        db.session.add(lead)
    lead_id, at, stands = lead.id, begin, set()
    sent: Counter = Counter()
    while at < begin + timedelta(days=7):
        clock.move_to(at)
        hand = replace(hand, at=at)
        for mail in send_due(at):
            booking = _booking(lead_id)
            assert booking.state is State.BOOKED, "no reminder after a cancellation"
            assert at < booking.starts_at, "no reminder past the session"
            assert mail.due in stands, "only reminders of the time that stands"
            sent[booking.id, booking.sequence, mail.due] += 1
        if chance.random() < 0.25:
            _act(lead_id, hand, chance, zone)
            stands = _expected(_booking(lead_id), zone)
        at += timedelta(minutes=chance.choice([30, 60, 60, 120]))
    assert set(sent.values()) <= {1}
    left = db.session.scalars(
        select(OutboxMail.id).where(
            OutboxMail.kind == "reminder",
            OutboxMail.state == MailState.READY,
            OutboxMail.due <= at - timedelta(hours=3),
        )
    ).all()
    assert left == []


def _act(lead_id, hand, chance, zone) -> None:
    booking = _booking(lead_id)
    days, minutes = chance.randrange(4), 20 * chance.randrange(70)
    day = hand.at.astimezone(zone).date() + timedelta(days=days)
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    wish = Wish(midnight + timedelta(minutes=minutes))
    live = booking is not None and booking.state is State.BOOKED
    try:
        if not live:
            actions.book_for(lead_id, wish, hand=hand)
        elif booking.starts_at <= hand.at:
            actions.showed(booking.id, State.ARRIVED, hand=hand, seen=booking.version)
        elif chance.random() < 0.3:
            actions.cancel(booking.id, hand=hand)
        else:
            actions.move(booking.id, wish, hand=hand)
    except TakenError:
        return


def _expected(booking, zone) -> set[datetime]:
    if booking is None or booking.state is not State.BOOKED:
        return set()
    wall = booking.starts_at.astimezone(zone)
    eve = datetime.combine(wall.date() - timedelta(days=1), wall.time().replace(fold=0))
    return {
        notices.moment(eve.date(), wall.hour * 60 + wall.minute, zone=zone),
        booking.starts_at - timedelta(hours=2),
    }


def _booking(lead_id) -> Booking | None:
    db.session.rollback()
    return db.session.scalars(
        select(Booking).where(Booking.lead_id == lead_id).order_by(Booking.id.desc()).limit(1)
    ).one_or_none()
