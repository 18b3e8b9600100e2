from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.hours import OpeningHours
from portal.leads.days import first_day, offered

CHICAGO = ZoneInfo("America/Chicago")


def hours(text):
    return OpeningHours.parse(text, zone=CHICAGO)


def chicago(*parts):
    return datetime(*parts, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ((2026, 11, 22, 4, 0), date(2026, 11, 22)),
        ((2026, 11, 22, 18, 0), date(2026, 11, 22)),
        ((2026, 11, 22, 18, 1), date(2026, 11, 23)),
        ((2026, 11, 22, 23, 59), date(2026, 11, 23)),
    ],
)
def test_today_is_on_offer_while_three_hours_of_it_are_left(at, first):
    assert offered(hours("06:00-21:00"), at=chicago(*at))[0] == first


def test_fourteen_open_days_are_on_offer_in_order():
    days = offered(hours("mon-fri 06:00-21:00"), at=chicago(2026, 11, 20, 20))
    assert len(days) == 14
    assert days[0] == date(2026, 11, 23)
    assert [day.weekday() for day in days[:6]] == [0, 1, 2, 3, 4, 0]
    assert days == sorted(set(days))


def test_today_is_told_in_the_studios_zone():
    late_evening = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert first_day(hours("06:00-23:59"), at=late_evening) == date(2026, 11, 23)
    assert first_day(hours("06:00-21:00"), at=late_evening - timedelta(hours=6)) == date(
        2026, 11, 22
    )


@given(st.integers(1_767_000_000, 1_830_000_000))
def test_only_open_days_ahead_are_on_offer(seconds):
    at, studio = datetime.fromtimestamp(seconds, UTC), hours("tue 08:00-20:00; sat 08:00-13:00")
    days = offered(studio, at=at)
    assert {day.weekday() for day in days} == {1, 5}
    assert all(studio.on(day)[1] - at >= timedelta(hours=3) for day in days)
