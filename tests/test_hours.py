from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.hours import OpeningHours, clock_words

CHICAGO = ZoneInfo("America/Chicago")
ZONES = [
    ZoneInfo(name)
    for name in (
        "America/Chicago",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Africa/Cairo",
        "Asia/Kolkata",
        "Pacific/Apia",
    )
]


def hours(text="mon-sun 06:00-21:00", zone=CHICAGO):
    return OpeningHours.parse(text, zone=zone)


def chicago(*parts, fold=0):
    return datetime(*parts, tzinfo=CHICAGO, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("06:00-21:00", "6 am to 9 pm, every day"),
        ("mon-fri 06:00-21:00; sat 8:00-18:30", "6 am to 9 pm, Mon to Fri; 8 am to 6:30 pm, Sat"),
        ("MON 12:00-13:00 ; wed 12:00-13:00", "noon to 1 pm, Mon; noon to 1 pm, Wed"),
        ("mon-sun 06:00-21:00; sun 10:00-12:00", "6 am to 9 pm, Mon to Sat; 10 am to noon, Sun"),
    ],
)
def test_hours_read_from_a_setting_are_said_in_words(text, words):
    assert hours(text).in_words() == words


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "are empty"),
        (" ; ", "are empty"),
        ("always", "is not like"),
        ("mon-fri", "is not like"),
        ("mon 6-21", "is not like"),
        ("mon 25:00-26:00", "hour must be in"),
        ("mon 21:00-06:00", "closes before it opens"),
        ("mon 06:00-06:00", "closes before it opens"),
        ("fri-mon 06:00-21:00", "runs backwards"),
        ("xyz 06:00-21:00", "names no weekday"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_in_words(text, problem):
    with pytest.raises(ValueError, match=problem):
        hours(text)


@pytest.mark.parametrize(
    ("wall", "open_"),
    [((5, 59), False), ((6, 0), True), ((20, 59), True), ((21, 0), False)],
)
def test_studio_is_open_from_the_first_minute_to_the_last(wall, open_):
    assert hours().is_open(chicago(2026, 11, 24, *wall)) is open_


def test_day_without_hours_is_closed():
    weekdays = hours("mon-fri 06:00-21:00")
    assert weekdays.on(date(2026, 11, 22)) is None
    assert weekdays.on(date(2026, 11, 23)) == (
        chicago(2026, 11, 23, 6),
        chicago(2026, 11, 23, 21),
    )


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ((2026, 11, 24, 14, 15), (2026, 11, 24, 14, 30)),
        ((2026, 11, 24, 20, 50), (2026, 11, 25, 6, 5)),
        ((2026, 11, 24, 20, 45), (2026, 11, 24, 21, 0)),
        ((2026, 11, 24, 21, 0), (2026, 11, 25, 6, 15)),
        ((2026, 11, 24, 3, 0), (2026, 11, 24, 6, 15)),
    ],
)
def test_minutes_count_only_while_somebody_is_there(at, due):
    assert hours().after(chicago(*at), minutes=15) == chicago(*due)


def test_minutes_carry_over_a_closed_weekend():
    friday_evening = chicago(2026, 11, 20, 20, 55)
    monday_morning = chicago(2026, 11, 23, 6, 10)
    assert hours("mon-fri 06:00-21:00").after(friday_evening, minutes=15) == monday_morning


def test_a_closed_day_has_no_hours_whatever_its_weekday():
    thursday = date(2026, 11, 26)
    week = hours().without({thursday: "Thanksgiving Day"})
    assert week.on(thursday) is None
    assert not week.is_open(chicago(2026, 11, 26, 10))
    assert week.after(chicago(2026, 11, 25, 20, 50), minutes=15) == chicago(2026, 11, 27, 6, 5)
    assert week.next_noon(chicago(2026, 11, 25, 9)) == chicago(2026, 11, 27, 12)


@pytest.mark.parametrize(
    ("at", "opens"),
    [((2026, 11, 24, 5), (2026, 11, 24, 6)), ((2026, 11, 24, 6), (2026, 11, 25, 6))],
)
def test_the_doors_open_next_after_the_moment(at, opens):
    assert hours().next_opening(chicago(*at)) == chicago(*opens)


def test_no_minutes_are_due_at_once_or_at_opening():
    assert hours().after(chicago(2026, 11, 24, 8), minutes=0) == chicago(2026, 11, 24, 8)
    assert hours().after(chicago(2026, 11, 24, 4), minutes=0) == chicago(2026, 11, 24, 6)


def test_more_minutes_than_a_year_holds_are_refused():
    with pytest.raises(ValueError, match="within a year"):
        hours("mon 06:00-06:01").after(chicago(2026, 11, 24, 8), minutes=60)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ((2026, 11, 24, 9, 0), (2026, 11, 24, 17, 0)),
        ((2026, 11, 24, 16, 59), (2026, 11, 24, 17, 0)),
        ((2026, 11, 24, 17, 0), (2026, 11, 25, 17, 0)),
        ((2026, 11, 21, 12, 0), (2026, 11, 21, 13, 0)),
        ((2026, 11, 21, 14, 0), (2026, 11, 23, 17, 0)),
    ],
)
def test_same_day_is_today_while_the_hour_is_ahead_and_open(at, due):
    week = hours("mon-fri 06:00-21:00; sat 08:00-13:00")
    assert week.same_day(chicago(*at), by=time(17)) == chicago(*due)


@pytest.mark.parametrize(
    ("text", "at", "due"),
    [
        ("mon-sun 06:00-21:00", (2026, 11, 22, 9, 0), (2026, 11, 23, 12, 0)),
        ("mon-fri 06:00-21:00", (2026, 11, 20, 9, 0), (2026, 11, 23, 12, 0)),
        ("mon-sun 14:00-21:00", (2026, 11, 22, 9, 0), (2026, 11, 23, 14, 0)),
        ("mon-sun 06:00-10:00", (2026, 11, 22, 9, 0), (2026, 11, 23, 10, 0)),
    ],
)
def test_next_noon_is_on_the_next_open_day_within_its_hours(text, at, due):
    assert hours(text).next_noon(chicago(*at)) == chicago(*due)


def test_day_that_springs_forward_is_an_hour_shorter():
    night = hours("mon-sun 00:00-23:00")
    opens, closes = night.on(date(2027, 3, 14))
    assert closes - opens == timedelta(hours=22)
    assert night.after(chicago(2027, 3, 14, 1, 50), minutes=20) == chicago(2027, 3, 14, 3, 10)


def test_day_that_falls_back_is_an_hour_longer():
    night = hours("mon-sun 00:00-23:00")
    opens, closes = night.on(date(2026, 11, 1))
    assert closes - opens == timedelta(hours=24)
    assert night.after(chicago(2026, 11, 1, 1, 50), minutes=20) == chicago(
        2026, 11, 1, 1, 10, fold=1
    )


def test_opening_time_that_a_clock_change_skips_counts_from_midnight():
    early = hours("mon-sun 02:30-08:00")
    assert early.on(date(2027, 3, 14))[0] == chicago(2027, 3, 14, 3, 30)


def test_opening_span_that_a_clock_change_swallows_is_closed():
    early = hours("mon-sun 02:30-03:15")
    assert early.on(date(2027, 3, 14)) is None
    assert early.after(chicago(2027, 3, 14, 1), minutes=5) == chicago(2027, 3, 15, 2, 35)


def test_noon_after_a_clock_change_is_noon_on_the_wall():
    before = chicago(2026, 10, 31, 12)
    due = hours().next_noon(before)
    assert due == chicago(2026, 11, 1, 12)
    assert due - before == timedelta(hours=25)


moments = st.integers(1_735_689_600, 1_830_297_600).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
spans = st.tuples(st.integers(0, 23 * 60), st.integers(60, 23 * 60)).map(
    lambda pair: (time(*divmod(pair[0], 60)), time(*divmod(min(sum(pair), 1439), 60)))
)
weeks = st.builds(
    lambda zone, days: OpeningHours(zone=zone, week=tuple(days)),
    st.sampled_from(ZONES),
    st.lists(st.none() | spans, min_size=7, max_size=7).filter(any),
)


def _open_minutes(week, start, end):
    """The opening time between two moments, added up day by day in UTC."""
    total, day = timedelta(0), start.astimezone(week.zone).date() - timedelta(days=1)
    while day <= end.astimezone(week.zone).date():
        span = week.on(day)
        if span:
            total += max(min(end, span[1]) - max(start, span[0]), timedelta(0))
        day += timedelta(days=1)
    return total


@given(week=weeks, at=moments, minutes=st.integers(1, 600))
def test_exactly_the_asked_opening_minutes_lie_before_the_due_moment(week, at, minutes):
    due = week.after(at, minutes=minutes)
    assert _open_minutes(week, at, due) == timedelta(minutes=minutes)


@given(week=weeks, at=moments, minutes=st.integers(1, 600))
def test_due_moment_does_not_depend_on_the_zone_it_is_asked_in(week, at, minutes):
    assert week.after(at.astimezone(week.zone), minutes=minutes) == week.after(at, minutes=minutes)


@given(week=weeks, at=moments, sooner=st.integers(1, 300), longer=st.integers(0, 300))
def test_more_minutes_and_later_questions_are_never_due_sooner(week, at, sooner, longer):
    due = week.after(at, minutes=sooner)
    assert due <= week.after(at, minutes=sooner + longer)
    assert due <= week.after(at + timedelta(minutes=longer), minutes=sooner)


@given(week=weeks, at=moments, by=st.times())
def test_wall_time_clocks_are_ahead_and_within_opening_hours(week, at, by):
    for due in (week.same_day(at, by=by), week.next_noon(at)):
        opens, closes = week.on(due.astimezone(week.zone).date())
        assert at < due
        assert opens <= due <= closes


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        (time(0, 0), "12 am"),
        (time(0, 5), "12:05 am"),
        (time(6, 0), "6 am"),
        (time(11, 59), "11:59 am"),
        (time(12, 0), "noon"),
        (time(12, 1), "12:01 pm"),
        (time(14, 30), "2:30 pm"),
        (time(23, 0), "11 pm"),
    ],
)
def test_wall_times_are_said_as_people_say_them(wall, words):
    assert clock_words(wall) == words
