"""The verbs without the web: a whole check at once, and many hands on one row."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from portal.clock import now
from portal.extensions import db
from portal.intake import actions, sheet
from portal.intake.models import Decision, Intake
from portal.leads.models import Consent
from tests.intake.recorded import record_screening
from tests.intake.test_road_to_result import BACK, the_lead


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({}, "CLEAR"),
        (BACK, "CAUTION"),
        ({"surgery": "lt_12w"}, "REFERRAL"),
        ({"faint": "during_exercise"}, "URGENT"),
        ({"stroke_signs": "yes"}, "EMERGENCY"),
        ({**BACK, "bladder": None}, "INCOMPLETE"),
    ],
)
def test_whole_check_at_once_takes_the_same_road(asks, answers, level):
    decision = record_screening(asks(), answers=answers, wording="Invented", at=now())
    assert decision.disposition == level
    assert the_lead().disposition == level
    assert db.session.scalars(select(Consent.wording)).one() == "Invented"


def test_answer_before_the_agreement_is_refused(asks):
    with pytest.raises(NoResultFound):
        actions.answer(asks().public_id, slug="now", submitted={"ticks": ["none"]}, at=now())


def test_many_tabs_at_the_same_moment_lose_nothing(asks, app):
    public_id, at = asks().public_id, now()
    actions.begin(public_id, wording="Invented", submitted={"age": ["35"]}, at=at)
    sent = [
        ("now", {"ticks": ["none"]}),
        ("pain", {"pain_sites": ["knee"], "leg_symptoms": ["none"]}),
        ("lately", {"ticks": ["temp_illness"]}),
        ("exercise", {"active_regular": ["yes"], "goal_intensity": ["light"]}),
    ] * 3

    def press(page):
        with app.app_context():
            actions.answer(public_id, slug=page[0], submitted=page[1], at=at)
            db.session.remove()

    with ThreadPoolExecutor(6) as tabs:
        list(tabs.map(press, sent))
    db.session.rollback()
    intake = db.session.scalars(select(Intake)).one()
    answers = sheet.read(intake).answers
    assert answers["pain_sites"] == ["knee"]
    assert answers["temp_illness"] == "yes"
    assert answers["goal_intensity"] == "light"
    assert answers["faint"] == "none"
    assert intake.version == 6


def test_many_presses_on_the_first_page_begin_one_check(asks, app):
    public_id, at = asks().public_id, now()

    def press(_):
        with app.app_context():
            actions.begin(public_id, wording="Invented", submitted={"age": ["35"]}, at=at)
            db.session.remove()

    with ThreadPoolExecutor(6) as tabs:
        list(tabs.map(press, range(12)))
    db.session.rollback()
    assert len(db.session.scalars(select(Intake)).all()) == 1
    assert len(db.session.scalars(select(Consent)).all()) == 1


def test_many_presses_at_the_end_send_one_decision(asks, app):
    enquiry = asks()
    record_screening(enquiry, answers={"surgery": None}, wording="Invented", at=now())
    public_id, at = enquiry.public_id, now()
    actions.answer(public_id, slug="more-24", submitted={"surgery": ["none"]}, at=at)

    def press(_):
        with app.app_context():
            actions.send(public_id, at=at)
            db.session.remove()

    with ThreadPoolExecutor(6) as tabs:
        list(tabs.map(press, range(12)))
    db.session.rollback()
    levels = db.session.scalars(select(Decision.disposition).order_by(Decision.id)).all()
    assert levels == ["INCOMPLETE", "CLEAR"]
