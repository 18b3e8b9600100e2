from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.leads.models import Disposition
from portal.leads.response import due_at
from tests.conftest import make_settings

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
    settings = make_settings(tmp_path, "sqlite://")
    answer = due_at(
        Disposition(outcome) if outcome else None,
        at=datetime(2026, 11, *asked, tzinfo=CHICAGO),
        settings=settings,
    )
    assert answer == datetime(2026, 11, *due, tzinfo=CHICAGO)
    assert answer.tzinfo is UTC


def test_clock_is_a_setting(tmp_path):
    settings = make_settings(
        tmp_path, "sqlite://", CLOCK_URGENT_MINUTES="40", CLOCK_REFER_BY="15:30"
    )
    at = datetime(2026, 11, 22, 12, tzinfo=CHICAGO)
    assert due_at(Disposition.URGENT, at=at, settings=settings) == at.replace(minute=40)
    assert due_at(Disposition.REFERRAL, at=at, settings=settings) == at.replace(hour=15, minute=30)
