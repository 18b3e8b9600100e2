from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import words

CHICAGO = ZoneInfo("America/Chicago")
AT = datetime(2026, 11, 22, 14, 16, tzinfo=CHICAGO)


def chicago(*parts, fold=0):
    return datetime(*parts, tzinfo=CHICAGO, fold=fold)


def test_days_are_named_in_full_and_in_short():
    assert words.day_words(date(2026, 11, 28)) == "Saturday, November 28"
    assert words.short_day_words(date(2026, 11, 3)) == "Tue, November 3"


def test_moments_are_said_in_the_studios_zone():
    moment = datetime(2026, 11, 24, 16, 40, tzinfo=UTC)
    assert words.moment_words(moment, CHICAGO) == "Tuesday, November 24, 10:40 am"
    assert words.time_words(moment, CHICAGO) == "10:40 am"


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (chicago(2026, 11, 22, 14, 30), "Call by 2:30 pm"),
        (chicago(2026, 11, 22, 15, 16), "Call by 3:16 pm"),
        (chicago(2026, 11, 22, 15, 17), "Today, 3:17 pm"),
        (chicago(2026, 11, 22, 17, 0), "Today, 5 pm"),
        (chicago(2026, 11, 23, 12, 0), "Tomorrow, noon"),
        (chicago(2026, 11, 27, 12, 0), "Fri, noon"),
        (chicago(2026, 11, 28, 23, 0), "Sat, 11 pm"),
        (chicago(2026, 11, 29, 12, 0), "Nov 29, noon"),
        (chicago(2026, 11, 22, 14, 7), "9 min late"),
        (chicago(2026, 11, 22, 14, 16), "1 min late"),
        (chicago(2026, 11, 22, 11, 0), "3 h late"),
        (chicago(2026, 11, 21, 14, 16), "1 day late"),
        (chicago(2026, 11, 20, 14, 0), "2 days late"),
    ],
)
def test_due_is_a_wall_time_while_it_runs_and_a_length_once_late(due, said):
    assert words.due_words(due, at=AT, zone=CHICAGO) == said
    assert words.due_words(due.astimezone(UTC), at=AT.astimezone(UTC), zone=CHICAGO) == said


def test_due_within_the_hour_past_midnight_is_still_call_by():
    at = chicago(2026, 11, 22, 23, 50)
    assert words.due_words(chicago(2026, 11, 23, 0, 5), at=at, zone=CHICAGO) == "Call by 12:05 am"


def test_lateness_over_a_clock_change_is_real_time():
    due, at = chicago(2026, 11, 1, 1, 30), chicago(2026, 11, 1, 1, 30, fold=1)
    assert words.due_words(due, at=at, zone=CHICAGO) == "1 h late"


def test_past_moments_carry_a_date_only_when_it_is_not_today():
    assert words.since_words(chicago(2026, 11, 22, 9, 5), at=AT, zone=CHICAGO) == "9:05 am"
    assert (
        words.since_words(chicago(2026, 11, 21, 14, 16), at=AT, zone=CHICAGO) == "Nov 21, 2:16 pm"
    )


@given(
    minutes=st.integers(0, 2_000_000),
    left=st.timedeltas(min_value=timedelta(days=-9), max_value=timedelta(days=9)),
)
def test_due_words_say_late_exactly_when_it_is(minutes, left):
    due = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    said = words.due_words(due, at=due - left, zone=CHICAGO)
    assert said.endswith(" late") is (left <= timedelta(0))
    assert said.startswith("Call by ") is (timedelta(0) < left <= timedelta(hours=1))


@given(length=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_lengths_are_rounded_down_and_never_nothing(length):
    number, unit = words.length_words(length).split(" ")
    size = {"min": 60, "h": 3600, "day": 86400, "days": 86400}[unit]
    seconds = max(length.total_seconds(), 60)
    assert int(number) * size <= seconds < (int(number) + 1) * size
