from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.desk.calls import Outcome, next_look, reached, snoozes
from portal.hours import OpeningHours
from portal.leads.models import Disposition

CHICAGO = ZoneInfo("America/Chicago")
EVERY_DAY = OpeningHours.parse("mon-sun 06:00-21:00", zone=CHICAGO)
WEEKDAYS = OpeningHours.parse("mon-fri 10:00-18:00", zone=CHICAGO)


def noon(day: int) -> datetime:
    return datetime(2026, 11, day, 18, 0, tzinfo=UTC)


def words(at: datetime, hours: OpeningHours = EVERY_DAY, level=None) -> list[str]:
    return [choice.words for choice in snoozes(level, at=at, hours=hours)]


def test_choices_are_said_in_words():
    assert words(noon(24)) == ["In 2 hours", "Tomorrow, 9 am", "Monday, 9 am", "In a week, 9 am"]


def test_monday_is_not_offered_twice():
    assert words(noon(22)) == ["In 2 hours", "Tomorrow, 9 am", "In a week, 9 am"]
    assert words(noon(23)) == ["In 2 hours", "Tomorrow, 9 am", "In a week, 9 am"]


@pytest.mark.parametrize("level", [Disposition.EMERGENCY, Disposition.URGENT])
def test_what_is_grave_is_not_put_off_for_long(level):
    assert words(noon(24), level=level) == ["In 2 hours", "Tomorrow, 9 am"]


def test_choice_falls_into_opening_time():
    friday = snoozes(None, at=noon(27), hours=WEEKDAYS)
    assert [choice.words for choice in friday] == [
        "In 2 hours",
        "Monday, 10 am",
        "In a week, 10 am",
    ]
    assert friday[1].until == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_nine_stays_nine_over_a_clock_change():
    saturday = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
    tomorrow = snoozes(None, at=saturday, hours=EVERY_DAY)[1]
    assert tomorrow.until == datetime(2026, 11, 1, 15, 0, tzinfo=UTC)


@pytest.mark.one_database
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("level", [*Disposition, None])
def test_next_look_is_always_ahead(outcome, level, app):
    from_here = next_look(outcome, level, at=noon(22), settings=app.extensions["settings"])
    assert from_here > noon(22)


def test_voicemail_is_not_enough_when_it_is_grave():
    assert [level for level in Disposition if not reached(Outcome.LEFT_MESSAGE, level)] == [
        Disposition.EMERGENCY,
        Disposition.URGENT,
    ]
