import re
from datetime import timedelta
from pathlib import Path

import pytest

from portal.clock import now
from portal.desk.timeline import STORY, changed, day_and_clock, told
from portal.extensions import settings
from portal.leads.models import Activity
from tests.desk.conftest import make_staff

pytestmark = pytest.mark.one_database

PORTAL = Path(__file__).parents[2] / "portal"


def test_every_kind_that_is_told_has_words():
    told_of = set()
    for file in PORTAL.rglob("*.py"):
        if "demo" not in file.parts:
            told_of |= set(re.findall(r"""\btell\(\s*[\w.]+,\s*"(\w+)\"""", file.read_text()))
    assert told_of - set(STORY) == set()


def test_unknown_kind_says_its_own_name(app):
    line = Activity(kind="went_home", at=now(), detail={})
    assert told(line, me=make_staff(), zone=settings().studio.zone) == "Went home"


def test_what_a_person_did_is_news_too(app):
    line = Activity(kind="health_check_sent", at=now(), detail={})
    zone = settings().studio.zone
    assert changed(line, me=make_staff(), zone=zone) == "Health check finished at noon"


def test_moments_are_said_shortly(app):
    zone, at = settings().studio.zone, now()
    assert [
        day_and_clock(at + timedelta(days=days, hours=2), at=at, zone=zone) for days in (0, 1, 6, 7)
    ] == ["2 pm", "Mon 2 pm", "Sat 2 pm", "Nov 29, 2 pm"]


def test_lead_that_let_itself_in_was_released_by_nobody(app):
    line = Activity(kind="released", at=now(), detail={"because": "sent within seconds"})
    words = told(line, me=make_staff(), zone=settings().studio.zone)
    assert words == "Let in: the person went on with the questions"


def test_enquiry_says_why_it_was_held_and_whose_else_it_may_be(app):
    detail = {"kind": "day_pass", "held": "sent within seconds", "may_be": "TL-T042"}
    line = Activity(kind="asked_again", at=now(), detail=detail)
    assert told(line, me=make_staff(), zone=settings().studio.zone) == (
        "Asked again, for a free day pass; held: sent within seconds; may be TL-T042"
    )
