"""What a new decision does to a referral: opens it, leaves it, or begins it anew."""

import pytest
from sqlalchemy import select

from portal.booking.gate import Gate, gate
from portal.clock import now
from portal.extensions import db
from portal.intake.queries import latest_decision
from portal.leads.models import Disposition, Purpose
from portal.privacy import consents
from portal.referrals import queries
from portal.referrals.models import Referral, State
from tests.intake.recorded import record_screening
from tests.referrals.conftest import (
    EMERGENCY,
    REFERRED,
    URGENT,
    answered,
    fresh,
    lead_of,
    mails,
    story,
    take,
    verified,
)
from tests.test_journey import OUTCOMES


def screened_again(referral, **given) -> Referral:
    enquiry = queries.enquiry_of(fresh(referral))
    record_screening(enquiry, answers=given, wording="I agree", at=now())
    return fresh(referral)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_whoever_should_be_seen_first_has_a_referral(asks, outcome):
    enquiry = asks()
    record_screening(enquiry, answers=OUTCOMES[outcome], wording="I agree", at=now())
    found = queries.of_lead(enquiry.lead_id)
    assert (found is not None) is (outcome in {"EMERGENCY", "URGENT", "REFERRAL"})
    if found is not None:
        assert (found.state, found.advised_at, found.round) == (State.ADVISED, now(), 1)


def test_second_screening_is_the_same_referral(refers):
    referral = refers()
    assert screened_again(referral, **URGENT).id == referral.id
    assert len(db.session.scalars(select(Referral)).all()) == 1


@pytest.mark.parametrize("given", [URGENT, EMERGENCY, {**REFERRED, "chest_pain": "gt_3d"}])
def test_graver_or_other_answers_begin_a_cleared_referral_anew(jules, refers, given):
    referral = refers()
    verified(referral, jules.staff)
    assert gate(lead_of(referral)) is Gate.OPEN
    again = screened_again(referral, **given)
    assert (again.state, again.round) == (State.ADVISED, 2)
    assert gate(again.lead) in {Gate.HELD, Gate.ALARM}
    assert "referral_reopened" in story(referral)
    assert mails("pick_a_time") == [("pick_a_time", "cancelled")]
    assert {state for _, state in mails("clearance_ends")} == {"cancelled"}


def test_same_reasons_in_other_answers_leave_a_clearance_as_it_is(jules, refers):
    referral = refers()
    verified(referral, jules.staff)
    again = screened_again(referral, **REFERRED, goals="Lift my shopping")
    assert again.decision_id == latest_decision(again.lead_id).id
    assert (again.state, again.round) == (State.CLEARED, 1)
    assert gate(again.lead) is Gate.OPEN
    assert again.lead.disposition is Disposition.CAUTION
    assert [state for _, state in mails("clearance_ends")].count("ready") == 2


def test_answers_that_refer_nobody_leave_nothing_in_the_way(jules, refers):
    referral = refers()
    take(referral)
    again = screened_again(referral)
    assert again.state is State.LETTER_TAKEN
    assert gate(again.lead) is Gate.OPEN


def test_answers_taken_back_to_milder_ones_do_not_reopen(jules, refers):
    referral = refers(**REFERRED, chest_pain="gt_3d")
    verified(referral, jules.staff)
    assert screened_again(referral, **REFERRED).state is State.CLEARED
    assert gate(lead_of(referral)) is Gate.OPEN


def test_changed_answers_end_the_letter_that_was_about_the_old_ones(refers):
    referral = refers()
    link = take(referral)
    screened_again(referral, **URGENT)
    db.session.refresh(link)
    assert not link.is_live(at=now())


def test_answer_that_waits_for_a_coach_is_history_after_a_change(refers):
    referral = refers()
    answered(referral)
    again = screened_again(referral, **URGENT)
    assert (again.state, list(queries.clearances(again))) == (State.ADVISED, [])


def test_consent_taken_back_takes_the_referral_with_it(jules, refers):
    referral = refers()
    verified(referral, jules.staff)
    number, lead_id = referral.id, fresh(referral).lead_id
    assert consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    db.session.expire_all()
    assert db.session.scalars(select(Referral).where(Referral.id == number)).all() == []
    assert mails("pick_a_time") == [("pick_a_time", "cancelled")]
    assert {state for _, state in mails("clearance_ends")} == {"cancelled"}


def test_consent_given_again_opens_a_new_referral(refers):
    referral = refers()
    enquiry = queries.enquiry_of(fresh(referral))
    consents.withdraw(fresh(referral).lead_id, Purpose.HEALTH, at=now())
    db.session.expire_all()
    record_screening(enquiry, answers=REFERRED, wording="I agree", at=now())
    found = queries.of_lead(enquiry.lead_id)
    assert (found.state, found.round) == (State.ADVISED, 1)


@pytest.mark.parametrize(
    ("answers", "disposition", "told"),
    [({"temp_illness": "yes"}, "CAUTION", []), ({}, "CLEAR", [("pick_a_time", "ready")])],
    ids=["ill", "clear"],
)
def test_an_ok_on_answers_of_before_lifts_nothing_that_newer_ones_say(
    jules, refers, answers, disposition, told
):
    referral = refers()
    screened_again(referral, **{"age": 40, **answers})
    held = lead_of(referral).hold
    verified(referral, jules.staff)
    lead = lead_of(referral)
    assert (lead.disposition, lead.hold, mails("pick_a_time")) == (disposition, held, told)
    assert (gate(lead) is Gate.OPEN) is bool(told)
