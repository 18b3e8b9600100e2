"""The one judge of what is free, against a second way of telling: two years, three zones."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.booking.grid import numbers
from portal.booking.openings import Coach, Diary, Offer, choose, nearest, offers, openings
from portal.booking.rules import Rules
from portal.booking.words import clock
from portal.hours import OpeningHours

ZONES = [ZoneInfo("America/Chicago"), ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe")]
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
ALL_DAY = "mon-sun 00:00-23:59"
ANY = frozenset[str]()
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
BREAK_IN_AN_HOUR_THAT_COMES_TWICE = (ZONES[0], date(2026, 11, 1), ((0, 75), (120, 135)), 15, 15)
BREAK_BETWEEN_TWO_HOURS_ALIKE = (ZONES[0], date(2026, 11, 1), ((0, 75), (90, 120)), 15, 15)
BACK_IN_AN_HOUR_THAT_IS_SKIPPED = (ZONES[1], date(2026, 3, 29), ((0, 15), (75, 135)), 15, 15)


def change_days(zone: ZoneInfo) -> list[date]:
    """The days on which the clocks of a zone change."""
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]
    return [
        day
        for day in days
        if datetime.combine(day, time(), tzinfo=zone).utcoffset()
        != datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).utcoffset()
    ]


def coach(
    number: int = 1,
    *,
    week=((540, 720), (780, 1020)),
    skills=(),
    taken=None,
    exceptions=None,
) -> Coach:
    return Coach(
        id=number,
        name=f"Coach {number}",
        skills=frozenset(skills),
        week=dict.fromkeys(range(7), tuple(week)),
        exceptions=exceptions or {},
        taken=taken or {},
    )


def diary(zone: ZoneInfo, *coaches: Coach, day: date, hours=ALL_DAY, closed=(), **rule) -> Diary:
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    return Diary(
        hours=OpeningHours.parse(hours, zone=zone),
        closed=frozenset(closed),
        coaches=coaches or (coach(),),
        rules=Rules(**{"notice": 0, "buffer_after": 0, **rule}),
        now=midnight,
    )


def free(facts: Diary, day: date) -> list[datetime]:
    return [each.starts_at for each in openings(facts, day) if each.is_free]


def minutes_of_day(day: date, zone: ZoneInfo):
    """Every real minute of a local day with what the clock on the wall shows: the other way."""
    moment = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    while (wall := moment.astimezone(zone)).date() == day:
        yield moment, wall.hour * 60 + wall.minute
        moment += timedelta(minutes=1)


def test_the_clocks_change_twice_a_year_in_each_zone():
    assert [len(change_days(zone)) for zone in ZONES] == [4, 4, 4]


@st.composite
def cases(draw):
    zone = draw(st.sampled_from(ZONES))
    usual = st.dates(FIRST, LAST - timedelta(days=1))
    day = draw(st.one_of(usual, st.sampled_from(change_days(zone))))
    edges = draw(
        st.lists(st.integers(0, 95), min_size=2, max_size=4, unique=True).filter(
            lambda found: len(found) % 2 == 0
        )
    )
    edges = sorted(edge * 15 for edge in edges)
    week = tuple(zip(edges[::2], edges[1::2], strict=True))
    length = draw(st.sampled_from([15, 20, 30, 45, 60]))
    every = draw(st.sampled_from([15, 20, 30, 60]))
    return zone, day, week, length, every


@given(cases())
@example(BREAK_IN_AN_HOUR_THAT_COMES_TWICE)
@example(BREAK_BETWEEN_TWO_HOURS_ALIKE)
@example(BACK_IN_AN_HOUR_THAT_IS_SKIPPED)
@settings(max_examples=300, deadline=None)
def test_no_time_is_outside_hours_none_is_double_and_none_is_missing(case):
    zone, day, week, length, every = case
    found = free(diary(zone, coach(week=week), day=day, length=length, every=every), day)
    minutes = list(minutes_of_day(day, zone))
    shown: dict[int, datetime] = {}
    for moment, wall in minutes:
        shown.setdefault(wall, moment)
    # Somebody works from a beginning to its ending, while the clock shows hours of theirs. Of two
    # endings the first one counts; a beginning that is skipped is just as long after midnight.
    begins = {a: shown.get(a, minutes[0][0] + timedelta(minutes=a)) for a, _ in week}
    ends = {b: shown.get(b, LAST_MOMENT) for _, b in week}
    at_work = {
        moment
        for moment, wall in minutes
        if any(begins[a] <= moment < ends[b] for a, b in week)
        and any(a <= wall < b for a, b in week)
    }
    assert len(set(found)) == len(found)
    assert {start.astimezone(zone).date() for start in found} <= {day}
    opening = [moment for moment, wall in minutes if wall == week[0][0]]
    if not opening:
        return
    if LAST_MOMENT in ends.values():  # The clock never shows it: this way of counting has no word.
        return
    closing = ends[week[-1][1]]
    last_minutes = {moment + timedelta(minutes=1) for moment in at_work}
    gaps = {moment for moment, wall in minutes if wall in {b for _, b in week}}
    expected = [
        start
        for n in range(1 + 26 * 60 // every)
        if (start := opening[0] + timedelta(minutes=n * every)) in at_work
        and start + timedelta(minutes=length) <= closing
        and all(start + timedelta(minutes=m) in at_work for m in range(length))
        and start + timedelta(minutes=length) in last_minutes
        and not any(start < gap < start + timedelta(minutes=length) for gap in gaps)
    ]
    assert found == expected
    if day not in change_days(zone):
        walls = [start.astimezone(zone) for start in found]
        assert {(wall.hour * 60 + wall.minute - week[0][0]) % every for wall in walls} <= {0}


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("length", [20, 30])
def test_every_day_of_two_years_has_the_same_wall_times(zone: ZoneInfo, length: int):
    walls = [540 + 20 * n for n in range(24)]
    expected = [
        wall
        for wall in walls
        if any(a <= wall and wall + length <= b for a, b in ((540, 720), (780, 1020)))
    ]
    for number in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=number)
        found = [each.astimezone(zone) for each in free(diary(zone, day=day, length=length), day)]
        assert [wall.hour * 60 + wall.minute for wall in found] == expected
        assert {wall.date() for wall in found} == {day}


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_night_that_gains_or_loses_an_hour_has_more_or_fewer_times(zone: ZoneInfo):
    usual = 23 * 60 // 20
    counts = set()
    for day in change_days(zone):
        found = free(diary(zone, coach(week=((0, 1380),)), day=day, length=20, every=20), day)
        gaps = {later - earlier for earlier, later in pairwise(found)}
        assert gaps == {timedelta(minutes=20)}
        counts.add(len(found) - usual)
        assert len({clock(start, zone) for start in found}) == len(found)
    assert counts == ({-2, 1} if zone.key == "Australia/Lord_Howe" else {-3, 3})


def test_a_break_a_closure_and_an_exception_are_heeded():
    zone, day = ZONES[0], date(2026, 11, 24)
    assert len(free(diary(zone, day=day), day)) == 21
    assert free(diary(zone, day=day, closed=[day]), day) == []
    off = coach(exceptions={day: ()})
    assert free(diary(zone, off, day=day), day) == []
    short = coach(exceptions={day: ((600, 640),)})
    assert len(free(diary(zone, short, day=day), day)) == 2
    assert len(free(diary(zone, day=day, hours="mon-sun 09:00-10:00"), day)) == 3


def test_notice_and_horizon_bound_what_is_offered():
    zone, day = ZONES[0], date(2026, 11, 24)
    facts = diary(zone, day=day, notice=10 * 60, horizon_days=3)
    assert free(facts, day)[0].astimezone(zone).time() == time(10)
    assert free(facts, day + timedelta(days=3)) != []
    assert free(facts, day + timedelta(days=4)) == []
    assert free(facts, day - timedelta(days=1)) == []


@given(st.integers(0, 200), st.integers(5, 60), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_a_free_time_never_touches_a_taken_one(start: int, length: int, before: int, after: int):
    zone, day = ZONES[0], date(2026, 11, 24)
    nine = datetime(2026, 11, 24, 15, tzinfo=UTC)
    theirs = nine + timedelta(minutes=start)
    ends = theirs + timedelta(minutes=length)
    taken = dict.fromkeys(numbers(theirs, ends), frozenset({1}))
    facts = diary(zone, coach(taken=taken), day=day, buffer_before=before, buffer_after=after)
    for each in free(facts, day):
        begins = each - timedelta(minutes=before)
        over = each + timedelta(minutes=20 + after)
        assert over <= theirs or begins >= ends


def test_a_coach_with_two_seats_is_free_until_both_are_taken():
    zone, day = ZONES[0], date(2026, 11, 24)
    nine = datetime(2026, 11, 24, 15, tzinfo=UTC)
    one = dict.fromkeys(numbers(nine, nine + timedelta(minutes=20)), frozenset({1}))
    both = dict.fromkeys(one, frozenset({1, 2}))
    seats = [
        next(openings(diary(zone, coach(taken=taken), day=day, capacity=2), day)).seat
        for taken in ({}, one, both)
    ]
    assert seats == [1, 2, None]


def test_the_skill_comes_first_and_then_who_is_less_busy():
    zone, day = ZONES[0], date(2026, 11, 24)
    facts = diary(
        zone,
        coach(1),
        coach(2, skills=("back",)),
        coach(3),
        day=day,
    )
    first = offers(facts, day, zone=zone)[0].openings
    assert choose(first, skills=frozenset({"back"}), load={2: 5}).coach.id == 2
    assert choose(first, skills=ANY, load={1: 1, 2: 5}).coach.id == 3


def test_the_nearest_three_are_free_and_in_order():
    zone, day = ZONES[0], date(2026, 11, 24)
    ten = datetime(2026, 11, 24, 16, tzinfo=UTC)
    taken = dict.fromkeys(numbers(ten, ten + timedelta(minutes=20)), frozenset({1}))
    found: tuple[Offer, ...] = nearest(diary(zone, coach(taken=taken), day=day), ten)
    walls = [clock(each.starts_at, zone) for each in found]
    assert walls == ["9:20 am", "9:40 am", "10:20 am"]


def test_a_day_elsewhere_holds_the_times_of_two_days_here():
    auckland, day = ZoneInfo("Pacific/Auckland"), date(2026, 11, 25)
    facts = diary(ZONES[0], day=date(2026, 11, 23))
    found = offers(facts, day, zone=auckland)
    assert {each.starts_at.astimezone(auckland).date() for each in found} == {day}
    assert len(found) == 21
