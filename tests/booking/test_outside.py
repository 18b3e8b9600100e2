"""What stands outside the hours is judged as what is offered: by the same wall clocks."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.booking.openings import Coach, Diary, openings, works_through
from portal.booking.rules import Rules
from portal.hours import OpeningHours

CHICAGO = ZoneInfo("America/Chicago")
HOURS = OpeningHours.parse("00:00-23:59", zone=CHICAGO)
NIGHT = ((0, 90), (100, 240), (600, 1020))
"""Minutes after midnight, with a break of ten in the hour that clocks skip or give twice."""


@pytest.mark.one_database
@pytest.mark.parametrize(
    "day", [date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7), date(2026, 11, 24)]
)
def test_nothing_that_is_offered_stands_outside_also_where_clocks_change(day):
    coach = Coach(1, "Amir", frozenset(), dict.fromkeys(range(7), NIGHT), {}, {})
    midnight = HOURS.on(day)[0]
    diary = Diary(HOURS, frozenset(), (coach,), Rules(notice=0), midnight)
    found = list(openings(diary, day))
    assert len(found) > 20
    assert all(works_through(coach, each.starts_at, each.ends_at, zone=CHICAGO) for each in found)
    minute = timedelta(minutes=1)
    early, late = found[0], found[-1]
    assert not works_through(coach, late.ends_at, late.ends_at + 99 * minute, zone=CHICAGO)
    assert not works_through(coach, early.starts_at - minute, early.ends_at, zone=CHICAGO)
