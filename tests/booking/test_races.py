"""The last place: many buyers, one row that decides. RACE_SLOTS=1000 is the full size."""

import os
import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.booking import actions
from portal.booking.models import BookedCell, Booking, BookingRules, CoachHours, State
from portal.booking.wishes import Hand, TakenError, Wish
from portal.clock import now
from portal.extensions import db, settings
from portal.leads.models import Lead, Status
from tests.booking.conftest import at, make_coach

SLOTS = int(os.environ.get("RACE_SLOTS", "24"))
BUYERS = 16


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
