"""What each outcome says, and what it must never say or offer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.intake.handover import WAYS, offer
from portal.leads.models import Kind
from tests.intake.test_road_to_result import BACK

pytestmark = pytest.mark.one_database

NEVER = ("safe to", "cleared", "red flag", "low risk", "score", "sciatica", "cauda equina", "AI ")
OUTCOMES = {
    "EMERGENCY": {"chest_pain": "now_12h"},
    "URGENT": {**BACK, "leg_weakness": "new_one"},
    "REFERRAL": {**BACK, "surgery": "lt_12w"},
    "CAUTION": BACK,
    "CLEAR": {},
}


@pytest.mark.parametrize(("level", "answers"), OUTCOMES.items())
def test_outcome_never_diagnoses_or_reassures(starts, level, answers):
    page = starts(**answers).walk()
    assert page.disposition == level
    assert [word for word in NEVER if word.lower() in page.says.lower()] == []


@pytest.mark.parametrize(("level", "answers"), OUTCOMES.items())
def test_outcome_shows_neither_address_nor_number_of_the_person(starts, asks, level, answers):
    enquiry = asks(name="Robin Test-Surname")
    page = starts(enquiry, **answers).walk()
    for private in (enquiry.email, enquiry.phone, "Test-Surname"):
        assert private not in page.text


def test_emergency_has_one_instruction_and_no_way_past_it(starts):
    page = starts(**OUTCOMES["EMERGENCY"]).walk()
    assert page.heading == "Immediate action required: Call 911 now"
    assert page.title.startswith("Call 911 now ")
    for words in (
        "You told us you have chest pain, pressure or tightness now or in the last 12 hours.",
        "This can be serious and needs help straight away. Do not wait for us to reply.",
        "Do not drive yourself.",
        "Stop any activity and sit down.",
        "If you can, unlock the door and keep someone with you.",
        "This page is not a diagnosis.",
        "We have not booked anything.",
        "Someone from the studio will try to call you on the number you gave us",
        "Do not wait for that call.",
        "not yet reviewed by a clinician",
    ):
        assert words in page.says
    links = [each.get("href") for each in page.all("a")]
    assert [link for link in links if not link.startswith("/health-check/")] == ["#main", "tel:911"]
    assert page.all("footer") == []
    assert page.all("nav") == []


def test_emergency_promises_a_call_only_while_somebody_is_there(starts, clock):
    clock.move_to(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    page = starts(**OUTCOMES["EMERGENCY"]).walk()
    assert "We have not booked anything." in page.says
    assert "try to call you" not in page.says


def test_emergency_promises_no_call_without_a_number(starts, asks):
    page = starts(asks(phone=None), **OUTCOMES["EMERGENCY"]).walk()
    assert "try to call you" not in page.says


def test_emergency_with_two_reasons_names_both(starts):
    walker = starts(stroke_signs="yes", tearing_pain="yes")
    page = walker.walk()
    assert "a face, arm or speech change in the last day" in page.says
    assert "a sudden, ripping pain in your chest, back or tummy" in page.says


def test_urgent_says_where_to_go_and_what_to_say(starts):
    page = starts(**OUTCOMES["URGENT"]).walk()
    assert page.heading == "Before you train, please see a doctor today"
    for words in (
        "Speak to your doctor or an urgent care clinic today",
        "weakness in one leg that is new or getting worse",
        "It is a reason to be checked today rather than wait, and before you exercise.",
        "What you can say: “I have weakness in one leg that is new or getting worse.",
        "A health check told me to be seen today.”",
        "Call 911 now if you also have:",
        "We call you tomorrow",
        "There is no deadline.",
        "On hold, not cancelled",
        "Sunday, November 22, noon",
        "TL-",
    ):
        assert words in page.says


def test_urgent_without_a_number_promises_a_letter(starts, asks):
    page = starts(asks(phone=None), **OUTCOMES["URGENT"]).walk()
    assert "We write to you tomorrow" in page.says


def test_urgent_in_pregnancy_names_the_maternity_unit(starts):
    page = starts(pregnancy="pregnant", preg_warning="yes").walk()
    assert "Speak to your maternity unit or a doctor today" in page.says
    assert "sudden trouble breathing" in page.says


def test_referral_says_how_soon_and_what_waits(starts):
    page = starts(**OUTCOMES["REFERRAL"]).walk()
    assert page.heading == "One check-in first, then we would love to meet you"
    for words in (
        "had an operation in the last 12 weeks",
        "How soon: within two weeks.",
        "What waits: Everything with us waits until then.",
        "“Am I OK to start supervised strength training, and is there anything to avoid?”",
        "We do not need your medical records.",
        "On hold, not cancelled",
    ):
        assert words in page.says


def test_referral_that_holds_only_hard_work_says_so(starts):
    page = starts(conditions=["diabetes_2"], goal_intensity="vigorous").walk()
    assert page.disposition == "REFERRAL"
    assert "Only the hard work waits." in page.says


def test_caution_says_what_changes(starts):
    page = starts(**BACK, high_bp="controlled").walk()
    assert page.heading == "Come on in, Robin. We will adapt a few things."
    for words in (
        "What we will do differently",
        "pain in your low back",
        "high blood pressure that is under control",
        "We leave out lifts where you would hold your breath.",
        "We confirm a time with you",
        "You hear from us by Monday, November 23, noon.",
    ):
        assert words in page.says


def test_caution_for_someone_ill_puts_everything_off(starts):
    page = starts(temp_illness="yes").walk()
    assert page.heading == "Get well first, Robin. Then come on in."
    assert "You hear from us by" not in page.says


def test_clear_for_a_consult_and_for_a_day_pass(starts, asks):
    consult = starts().walk()
    assert consult.heading == "Good to go, Robin. We will confirm your time."
    assert "Nothing you told us needs a medical check before your consult." in consult.says
    day = starts(asks(kind=Kind.DAY_PASS)).walk()
    assert day.heading == "See you Saturday, November 28, Robin."
    assert "You come in on Saturday, November 28" in day.says


def test_clear_for_someone_inactive_starts_lightly(starts):
    page = starts(active_regular="no").walk()
    assert page.disposition == "CLEAR"
    assert "Your first weeks stay light to medium" in page.says


@pytest.mark.parametrize("level", ["URGENT", "REFERRAL", "CAUTION"])
def test_every_result_about_a_back_carries_the_list_of_changes(starts, level):
    page = starts(**OUTCOMES[level]).walk()
    for words in (
        "Most back pain eases in a few weeks, and moving helps.",
        "Get emergency help at once (call 911)",
        "any change in peeing, or losing control of your bowels",
        "See a doctor or physio if the pain is not easing after about 6 weeks",
    ):
        assert words in page.says


def test_result_without_pain_leaves_the_list_out(starts):
    assert "Most back pain eases" not in starts(surgery="lt_12w").walk().says


@pytest.mark.parametrize("level", ["URGENT", "REFERRAL", "CLEAR"])
def test_unsigned_rules_are_said_to_be_unsigned(starts, level):
    page = starts(**OUTCOMES[level]).walk()
    assert "not yet reviewed by a clinician" in page.says
    assert page.link("How our screening works") == "/how-screening-works"


@pytest.fixture
def bookable(app: Flask) -> Iterator[None]:
    """A studio where a later step takes over."""
    ways = app.extensions[WAYS]
    app.extensions[WAYS] = {}
    offer(app, Kind.CONSULT, lambda enquiry: f"/book/{enquiry.public_id}")
    yield
    app.extensions[WAYS] = ways


@pytest.mark.parametrize(("level", "answers"), OUTCOMES.items())
def test_time_is_offered_where_nothing_waits_and_never_on_a_hold(bookable, starts, level, answers):
    page = starts(**answers).walk()
    ways = [each for each in page.all("a") if each.get("href").startswith("/book/")]
    assert len(ways) == (1 if level in {"CAUTION", "CLEAR"} else 0)


def test_clear_where_a_time_can_be_picked_asks_for_one(bookable, starts):
    assert starts().walk().heading == "Good to go, Robin. What time works for you?"


def test_times_on_a_result_are_those_of_the_decision(starts, clock):
    walker = starts(**OUTCOMES["REFERRAL"])
    path = walker.walk().path
    clock.advance(days=2)
    assert "CheckedSunday, November 22, noon" in walker.visit(path).says
