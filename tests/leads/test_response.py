from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.booking import keeping
from portal.booking.models import Source
from portal.extensions import settings
from portal.leads.models import Disposition
from portal.leads.response import due_at, due_within
from tests.conftest import NOON_SUNDAY, make_settings
from tests.desk.conftest import make_staff

CHICAGO = ZoneInfo("America/Chicago")
SUNDAY_NOON, SUNDAY_NIGHT = (22, 12, 0), (22, 22, 30)


@pytest.mark.parametrize(
    ("outcome", "asked", "due"),
    [
        ("EMERGENCY", SUNDAY_NOON, (22, 12, 5)),
        ("URGENT", SUNDAY_NOON, (22, 12, 15)),
        ("REFERRAL", SUNDAY_NOON, (22, 17, 0)),
        ("CAUTION", SUNDAY_NOON, (23, 12, 0)),
        ("CLEAR", SUNDAY_NOON, (23, 12, 0)),
        ("INCOMPLETE", SUNDAY_NOON, (23, 12, 0)),
        (None, SUNDAY_NOON, (23, 12, 0)),
        ("EMERGENCY", SUNDAY_NIGHT, (23, 6, 5)),
        ("URGENT", SUNDAY_NIGHT, (23, 6, 15)),
        ("REFERRAL", SUNDAY_NIGHT, (23, 17, 0)),
        ("CLEAR", SUNDAY_NIGHT, (23, 12, 0)),
    ],
)
def test_clock_follows_the_outcome_and_the_opening_hours(tmp_path, outcome, asked, due):
    weekly = make_settings(tmp_path, "sqlite://")
    answer = due_within(
        weekly.studio.hours,
        Disposition(outcome) if outcome else None,
        at=datetime(2026, 11, *asked, tzinfo=CHICAGO),
        clocks=weekly.clocks,
    )
    assert answer == datetime(2026, 11, *due, tzinfo=CHICAGO)
    assert answer.tzinfo is UTC


def test_clock_is_a_setting(tmp_path):
    slow = make_settings(tmp_path, "sqlite://", CLOCK_URGENT_MINUTES="40", CLOCK_REFER_BY="15:30")
    at = datetime(2026, 11, 22, 12, tzinfo=CHICAGO)
    due = [
        due_within(slow.studio.hours, level, at=at, clocks=slow.clocks)
        for level in (Disposition.URGENT, Disposition.REFERRAL)
    ]
    assert due == [at.replace(minute=40), at.replace(hour=15, minute=30)]


@pytest.mark.parametrize(
    ("outcome", "due"),
    [("EMERGENCY", (24, 6, 5)), ("REFERRAL", (24, 17, 0)), ("CLEAR", (24, 12, 0))],
)
def test_clock_stands_still_on_a_day_that_somebody_closed(app, outcome, due):
    keeping.decide_day(
        date(2026, 11, 23),
        closed=True,
        reason="Burst pipe",
        source=Source.OWN,
        staff=make_staff("Mara Test", "manager"),
        at=NOON_SUNDAY,
    )
    at = datetime(2026, 11, *SUNDAY_NIGHT, tzinfo=CHICAGO)
    answer = due_at(Disposition(outcome), at=at, settings=settings())
    assert answer == datetime(2026, 11, *due, tzinfo=CHICAGO)
