"""What the health check says after a session was booked or missed: desk, mail and person agree."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from portal.booking import actions, queries
from portal.booking.gate import ClosedGateError
from portal.booking.links import book_token
from portal.booking.models import Booking, State
from portal.clock import now
from portal.desk import actions as desk
from portal.extensions import db
from portal.leads.models import RANK, Disposition, Enquiry, Kind, Lead, Status
from portal.mail.models import MailState, OutboxMail
from portal.referrals import queries as referrals
from portal.referrals.actions import hear_the_person, hear_the_professional
from portal.referrals.answer import NOT_NOW, OK, Answer
from portal.referrals.chores import expire
from portal.referrals.models import State as Verdict
from portal.referrals.verifying import Word, verify
from tests.booking.conftest import TUESDAY_10, at
from tests.desk.conftest import make_enquiry, sign_in
from tests.intake.recorded import record_screening
from tests.referrals.conftest import EMERGENCY, PROFESSIONAL, REFERRED, take, verified

GRAVE = pytest.mark.parametrize("answers", [EMERGENCY, REFERRED], ids=["emergency", "referral"])


def answer_again(enquiry: Enquiry, **answers: object) -> None:
    record_screening(enquiry, answers={"age": 40, **answers}, wording="I agree", at=now())


def lead_of(booking: Booking) -> Lead:
    db.session.rollback()
    db.session.expire_all()
    return queries.booking(booking.id).lead


def waiting(kind: str) -> int:
    ready = OutboxMail.state == MailState.READY
    return len(db.session.scalars(select(OutboxMail).where(ready, OutboxMail.kind == kind)).all())


@pytest.fixture
def missed(asks, amir, hand, clock):
    """Somebody who did not come, half an hour later."""
    booking = actions.book(asks().public_id, at(10), hand=hand())
    clock.move_to(TUESDAY_10 + timedelta(minutes=30))
    return actions.showed(booking.id, State.NO_SHOW, hand=hand(amir), seen=booking.version)


@GRAVE
def test_taking_back_a_no_show_takes_nobody_off_the_queue_who_must_be_seen(
    missed, amir, hand, answers
):
    answer_again(missed.enquiry, **answers)
    rank = lead_of(missed).open_rank
    back = actions.undo(missed.id, hand=hand(amir), seen=missed.version)
    lead = lead_of(back)
    assert (back.state, lead.status, lead.open_rank) == (State.BOOKED, Status.WAITING, rank)
    assert waiting("reminder") == 0


def test_taking_back_a_no_show_takes_the_offer_of_another_time_back(missed, amir, hand):
    by_desk = hand(amir)
    written = actions.recover(missed.id, hand=by_desk)
    back = actions.undo(missed.id, hand=by_desk, seen=written.version)
    assert (back.recovered_at, waiting("missed_you")) == (None, 0)
    actions.showed(missed.id, State.NO_SHOW, hand=by_desk, seen=back.version)
    actions.recover(missed.id, hand=by_desk)
    assert waiting("missed_you") == 1


@GRAVE
def test_nobody_is_offered_another_time_who_must_be_seen_first(app, missed, amir, hand, answers):
    calendar = partial(sign_in(app, amir).get, "/desk/calendar?day=2026-11-24")
    assert "Offer another time by mail" in calendar().text
    answer_again(missed.enquiry, **answers)
    assert "Offer another time by mail" not in calendar().text
    with pytest.raises(ClosedGateError):
        actions.recover(missed.id, hand=hand(amir))
    assert (lead_of(missed).status, waiting("missed_you")) == (Status.WAITING, 0)


@pytest.fixture
def cleared(asks, amir, hand):
    """Somebody whose own word a coach went by, with a session on Wednesday; their letter is out."""
    enquiry = asks(**REFERRED)
    referral = referrals.of_lead(enquiry.lead_id)
    link = take(referral)
    told = Answer(says=OK, **PROFESSIONAL)
    clearance = hear_the_person(referral.id, answer=told, evidence=None, at=now())
    until = (now() + timedelta(days=1)).date()
    word = Word(Verdict.CLEARED, until=until)
    verify(enquiry.lead_id, clearance.id, word, staff=amir, at=now())
    return actions.book(enquiry.public_id, at(10, day=25), hand=hand()), link


def is_seen_by_the_desk(booking: Booking) -> bool:
    lead = lead_of(booking)
    return (lead.status, lead.open_rank) == (Status.WAITING, RANK[Disposition.REFERRAL])


def test_a_clearance_that_ends_before_the_session_is_seen_at_the_desk(cleared, clock):
    booking, _ = cleared
    assert (lead_of(booking).status, waiting("reminder")) == (Status.BOOKED, 2)
    clock.advance(days=2)
    assert expire(at=now()) == 1
    assert is_seen_by_the_desk(booking)
    assert (booking.state, waiting("reminder")) == (State.BOOKED, 0)


def test_a_professional_who_answers_after_the_session_was_booked_is_read_at_the_desk(cleared):
    booking, link = cleared
    told = Answer(says=NOT_NOW, **PROFESSIONAL)
    hear_the_professional(link.public_id, answer=told, at=now())
    assert is_seen_by_the_desk(booking)
    assert (booking.state, waiting("reminder")) == (State.BOOKED, 0)


@pytest.mark.parametrize("mildly", [{}, {"pain_sites": ["low_back"], "nprs": 3}])
def test_whoever_answers_anew_for_the_session_that_stands_is_not_asked_for_a_time(
    asks, amir, hand, clock, mildly
):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    answer_again(booking.enquiry, surgery=None)
    assert lead_of(booking).status is Status.WAITING
    answer_again(booking.enquiry, **mildly)
    assert (lead_of(booking).status, waiting("reminder")) == (Status.BOOKED, 2)
    clock.move_to(TUESDAY_10)
    came = actions.showed(booking.id, State.ARRIVED, hand=hand(amir), seen=booking.version)
    assert came.lead.status is Status.DONE


def test_whoever_asks_for_something_else_stays_on_the_queue(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    other = make_enquiry(booking.lead, kind=Kind.DAY_PASS)
    answer_again(other)
    assert (lead_of(booking).status, waiting("reminder")) == (Status.WAITING, 2)


def test_a_clearance_brings_the_reminders_back_and_asks_for_no_other_time(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    answer_again(booking.enquiry, **REFERRED)
    assert (lead_of(booking).status, waiting("reminder")) == (Status.WAITING, 0)
    line = verified(referrals.of_lead(booking.lead_id), amir)
    assert (lead_of(booking).status, waiting("reminder")) == (Status.BOOKED, 2)
    subject = select(OutboxMail.subject).where(OutboxMail.kind == "pick_a_time")
    assert db.session.scalars(subject).one() == f"Your time stands ({booking.lead.ref})"
    desk.undo(booking.lead_id, line.id, staff=amir, at=now())
    assert (lead_of(booking).status, waiting("reminder")) == (Status.WAITING, 0)
    assert waiting("pick_a_time") == 0


@pytest.mark.parametrize("answers", [{"surgery": None}, REFERRED, EMERGENCY])
def test_a_health_check_in_order_does_not_send_round_in_circles_whom_another_one_stops(
    asks, client, answers
):
    enquiry = asks()
    answer_again(make_enquiry(enquiry.lead, kind=Kind.DAY_PASS), **answers)
    page = client.get(f"/book/{book_token(enquiry)}")
    assert (page.status_code, "another request" in page.text) == (403, True)
    assert "/health-check/" not in page.text
