"""The studio's usual week: as the settings say, until a manager keeps another one."""

import pytest
from sqlalchemy.exc import OperationalError

from portal.booking import keeping
from portal.booking.keeping import Span
from tests.leads.test_display import each_question

pytestmark = pytest.mark.one_database
EVERY_DAY = "Open 6 am to 9 pm, every day"
MONDAYS = "Open 9 am to noon, Mon"


def foot(client):
    return client.get("/privacy").text


def test_without_any_row_the_settings_say_the_hours(client):
    assert foot(client).count(EVERY_DAY) == 1


def test_a_week_that_is_kept_is_said_at_once_and_believed_for_a_minute(client, clock):
    foot(client)
    keeping.keep_studio_week({0: Span(540, 720)})
    assert foot(client).count(MONDAYS) == 1
    clock.advance(seconds=59)
    with each_question(fails=AssertionError()):
        assert foot(client).count(MONDAYS) == 1


def test_a_minute_later_every_process_asks_again(client, clock, app):
    foot(client)
    keeping._keep_studio_week({0: Span(540, 720)})  # noqa: SLF001 - as another process would
    assert foot(client).count(EVERY_DAY) == 1
    clock.advance(minutes=1)
    assert foot(client).count(MONDAYS) == 1


def test_without_a_database_the_week_is_what_was_known(client, clock):
    keeping.keep_studio_week({0: Span(540, 720)})
    foot(client)
    clock.advance(minutes=1)
    with each_question(fails=OperationalError("", {}, Exception("away"))):
        assert foot(client).count(MONDAYS) == 1
