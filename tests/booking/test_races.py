"""The last place: many buyers, one row that decides.

16 buyers race 1,000 times for the row itself, and a few times for the whole road to it, with mail
and story; RACE_SLOTS=1000, the size at the gate, is the full one of both.
"""

import os
import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.booking import actions, diary, keeping, taking
from portal.booking.grid import cells
from portal.booking.keeping import Span
from portal.booking.models import (
    BookedCell,
    Booking,
    BookingRules,
    CoachException,
    CoachHours,
    Place,
    Source,
    State,
    StudioClosure,
)
from portal.booking.rules import Rules
from portal.booking.wishes import Hand, TakenError, Wish
from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.leads.models import Lead, Status
from portal.staff.models import Staff
from tests.booking.conftest import TUESDAY_10, at, make_coach

SLOTS = int(os.environ.get("RACE_SLOTS", "24"))
BUYERS = 16
PLACES = 1000
LENGTH = timedelta(minutes=20)


def rules(**changed) -> None:
    values = {
        "length": 20,
        "every": 20,
        "buffer_before": 0,
        "buffer_after": 0,
        "notice": 0,
        "horizon_days": 180,
        "capacity": 1,
        "remind_first": 0,
        "remind_last": 0,
        "updated_at": now(),
        **changed,
    }
    db.session.add(BookingRules(**values))
    db.session.commit()


def people(number: int) -> list[int]:
    leads = [
        Lead(ref=f"TL-R{n}", name="Robin Test", status=Status.WAITING, version=1, created_at=now())
        for n in range(number)
    ]
    for lead in leads:
        lead.touched(at=now())
    db.session.add_all(leads)
    db.session.commit()
    return [lead.id for lead in leads]


def race(app, *, works) -> list[object]:
    """Run every callable in a thread of its own, all let go at once; return what came of each."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work) -> None:
        with app.app_context():
            gate.wait()
            try:
                results[number] = work()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is the finding
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sell(app, number: int) -> tuple[list[datetime], list[object]]:
    """Let every buyer try for every one of so many one-place slots.

    Return the slots, and for each buyer what came of it or the error that ended it.
    """
    rules()
    coach = make_coach("Amir Test")
    for hours in db.session.scalars(select(CoachHours)):
        hours.opens, hours.closes, hours.break_from, hours.break_to = 0, 1440, None, None
    db.session.commit()
    first, leads, staff_id = at(9).starts_at, people(BUYERS), coach.id
    days = -(-number // 24)
    slots = [first + timedelta(days=day, minutes=20 * n) for day in range(days) for n in range(24)][
        :number
    ]

    def buyer(lead_id: int):
        def buy() -> Counter:
            came = Counter()
            for slot in slots:
                hand = Hand(
                    at=now(), settings=settings(), staff=db.session.get(type(coach), staff_id)
                )
                try:
                    booked = actions.book_for(lead_id, Wish(slot), hand=hand)
                    came["sold"] += 1
                    actions.showed(booked.id, State.ARRIVED, hand=hand, seen=1)
                except TakenError:
                    came["taken"] += 1
            return came

        return buy

    # PostgreSQL ends a transaction that stands open for as long as a large race lasts.
    db.session.rollback()
    return slots, race(app, works=[buyer(lead_id) for lead_id in leads])


@pytest.mark.timeout(0 if SLOTS > 100 else 240)
@pytest.mark.usefixtures("careless")
def test_a_place_is_sold_once_and_never_left(app):
    slots, results = sell(app, SLOTS)
    assert [each for each in results if isinstance(each, Exception)] == []
    total = sum(results, Counter())
    assert total == Counter(sold=SLOTS, taken=SLOTS * (BUYERS - 1))
    db.session.rollback()
    sold = list(db.session.scalars(select(Booking.starts_at).order_by(Booking.starts_at)))
    assert sold == slots
    assert db.session.scalar(select(func.count()).select_from(BookedCell)) == SLOTS * 4


def test_hours_that_two_keep_at_once_are_kept_once(app):
    coach = make_coach("Amir Test", week=range(2))
    day, at_, staff_id = TUESDAY_10.date(), now(), coach.id
    db.session.rollback()

    def keep() -> None:
        me = db.session.get(Staff, staff_id)
        week = {number: Span(540, 720) for number in range(1, 7)}
        keeping.keep_hours(staff_id, week=week, skills=["back"], bookable=True)
        keeping.keep_exception(staff_id, day, span=Span(600, 660))
        keeping.decide_day(day, closed=True, reason="-", source=Source.OWN, staff=me, at=at_)
        keeping.keep_rules(Rules(length=45), at=at_)

    assert race(app, works=[keep] * 4) == [None] * 4
    counts = {CoachHours: 6, CoachException: 1, StudioClosure: 1, BookingRules: 1}
    found = {each: db.session.scalar(select(func.count()).select_from(each)) for each in counts}
    assert found == counts
    assert diary.rules().length == 45


def owners(number: int) -> list[int]:
    """Return so many bookings of so many people, none of which owns any time yet."""
    coach = make_coach("Amir Test")
    found = [
        Booking(
            public_id=f"race-{lead_id}",
            uid=f"race-{lead_id}@localhost",
            lead_id=lead_id,
            coach_id=coach.id,
            starts_at=TUESDAY_10,
            ends_at=TUESDAY_10 + LENGTH,
            place=Place.IN_PERSON,
            state=State.BOOKED,
            created_at=now(),
            updated_at=now(),
        )
        for lead_id in people(number)
    ]
    db.session.add_all(found)
    db.session.commit()
    return [each.id for each in found]


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("careless")
def test_every_place_has_one_owner_whoever_of_sixteen_writes_first(app):
    bookings = owners(BUYERS)
    coach_id = db.session.scalars(select(Booking.coach_id)).first()
    starts = [TUESDAY_10 + LENGTH * n for n in range(PLACES)]
    places = [cells(start, start + LENGTH) for start in starts]
    db.session.rollback()

    def buyer(booking_id: int):
        whose = {"coach_id": coach_id, "seat": 1, "booking_id": booking_id}

        def take(place: list[datetime]) -> str:
            try:
                with transaction() as session:
                    taking.own(place, whose, session.connection())
            except IntegrityError:
                return "taken"
            return "sold"

        return lambda: Counter(map(take, places))

    results = race(app, works=[buyer(booking_id) for booking_id in bookings])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sum(results, Counter()) == Counter(sold=PLACES, taken=PLACES * (BUYERS - 1))
    rows = db.session.execute(select(BookedCell.starts_at, BookedCell.booking_id)).all()
    owned = dict(map(tuple, rows))
    assert len(rows) == len(owned) == PLACES * 4
    assert {len({owned[cell] for cell in place}) for place in places} == {1}
