"""What a chat says of who is there and when: by the week, and by the days that somebody closed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.booking import keeping
from portal.booking.models import Source
from portal.chat import answering
from portal.chat.models import Thread
from portal.chat.response import due_at
from portal.chat.standing import standing
from portal.clock import now
from portal.extensions import db, settings
from tests.chat.conftest import again, press
from tests.desk.conftest import make_staff

THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)
CHRISTMAS = [date(2026, 12, day) for day in range(24, 32)]


@pytest.fixture
def closes(app):
    """Somebody decides that the studio is closed on these days."""
    mara = make_staff("Mara Test", "manager")

    def close(*days: date, reason: str = "Thanksgiving Day", source: Source = Source.HOLIDAY):
        for day in days:
            keeping.decide_day(day, closed=True, reason=reason, source=source, staff=mara, at=now())

    return close


def at(day: int, hour: int, month: int = 11) -> datetime:
    """A wall time in Chicago in the winter of 2026."""
    return datetime(2026, month, day, hour + 6, tzinfo=UTC)


def words(moment: datetime) -> str:
    return standing(None, at=moment, settings=settings()).words


def said_to(thread: Thread) -> str:
    return standing(thread, at=now(), settings=settings()).words


def test_a_holiday_is_named_and_so_is_the_day_on_which_we_are_back(closes):
    closes(THURSDAY)
    assert words(at(26, 10)) == (
        "We are closed today (Thanksgiving Day). We are back tomorrow at 6 am. "
        "Leave a message and we will reply by 6:05 am."
    )
    assert not standing(None, at=at(26, 10), settings=settings()).staffed


def test_the_evening_before_looks_past_the_closed_days(closes):
    closes(THURSDAY, FRIDAY)
    assert words(at(25, 15)).startswith("Somebody from our team answers you here.")
    assert words(at(26, 2)) == (
        "We are closed today (Thanksgiving Day). We are back on Saturday at 6 am. "
        "Leave a message and we will reply by 6:05 am."
    )


def test_a_reason_of_our_own_is_nobody_elses_affair(closes):
    closes(THURSDAY, reason="Burst pipe", source=Source.OWN)
    assert words(at(26, 10)).startswith("We are closed today. We are back tomorrow at 6 am.")


def test_a_long_holiday_names_the_date(closes):
    closes(*CHRISTMAS)
    assert "We are back on Friday, January 1, at 6 am." in words(at(24, 10, month=12))


def test_a_holiday_on_which_we_open_is_a_day_like_others(closes, app):
    mara = make_staff("Mina Test", "manager")
    keeping.decide_day(
        THURSDAY,
        closed=False,
        reason="Thanksgiving Day",
        source=Source.HOLIDAY,
        staff=mara,
        at=now(),
    )
    assert standing(None, at=at(26, 10), settings=settings()).staffed


def test_early_in_the_morning_we_are_back_today(app):
    assert words(at(24, 4)) == (
        "Nobody is here right now. We are back today at 6 am. "
        "Leave a message and we will reply by 6:05 am."
    )


def test_the_clock_of_a_chat_stands_still_while_the_studio_is_closed(closes):
    closes(THURSDAY)
    assert due_at(at=at(26, 10), settings=settings()) == datetime(2026, 11, 27, 12, 5, tzinfo=UTC)


@pytest.mark.one_database
def test_whoever_waits_longer_than_we_said_is_told_so(begins, clock):
    thread = begins()
    clock.advance(minutes=5)
    assert "We are later than we said. You can also call us on" in said_to(thread)


@pytest.mark.one_database
def test_an_answer_that_comes_tomorrow_names_the_day(begins, clock):
    clock.move_to(at(24, 17) + timedelta(hours=3, minutes=58))
    assert said_to(begins()).endswith("You hear from us by tomorrow at 6:03 am.")


def test_a_page_says_that_we_are_closed(closes, client, clock):
    closes(THURSDAY)
    clock.move_to(at(26, 10))
    assert "We are closed today (Thanksgiving Day)." in client.get("/chat").text


def test_nobody_who_has_left_is_said_to_answer(begins, dana):
    thread = begins()
    answering.answer(press(thread, dana), "Yes.", key="a")
    assert said_to(again(thread)).startswith("Dana from our team answers you.")
    dana.active = False
    db.session.commit()
    assert said_to(again(thread)).startswith("Somebody from our team answers you here.")
