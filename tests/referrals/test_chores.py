"""What the worker does by the clock: two kind mails and then rest, reminders, and the end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.booking.gate import Gate, gate
from portal.clock import now
from portal.extensions import db, transaction
from portal.leads.models import Consent, Disposition, Purpose, Status
from portal.mail.models import OutboxMail
from portal.referrals import actions, chores, queries, verifying
from portal.referrals.answer import Answer
from portal.referrals.models import State
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

FOLLOW_UP = "referral_follow_up"


def days_of_mail(clock, days: int, kind: str = FOLLOW_UP) -> list[int]:
    """Let a worker run twice a day for so many days; return the days on which mail was queued."""
    found = []
    for day in range(days):
        for _ in range(2):
            found += [day] * chores.follow_up(at=now())
        clock.advance(days=1)
    assert len(mails(kind)) == len(found)
    return found


@pytest.mark.parametrize("given", [REFERRED, URGENT])
def test_silent_person_gets_one_mail_after_7_and_one_after_21_days(refers, clock, given):
    referral = refers(**given)
    assert days_of_mail(clock, 60) == [7, 21]
    assert story(referral).count(FOLLOW_UP) == 2
    subjects = db.session.scalars(
        select(OutboxMail.subject).where(OutboxMail.kind == FOLLOW_UP).order_by(OutboxMail.id)
    ).all()
    assert [subject.partition(" (")[0] for subject in subjects] == [
        "Your place is kept",
        "One last hello from us",
    ]


def test_nobody_is_written_to_about_an_emergency(refers, clock):
    refers(**EMERGENCY)
    assert days_of_mail(clock, 30) == []


def test_letter_taken_starts_the_silence_anew(refers, clock):
    referral = refers()
    clock.advance(days=5)
    take(referral)
    assert days_of_mail(clock, 40) == [7, 21]


def test_worker_that_slept_for_a_month_sends_one_mail_not_two(refers, clock):
    refers()
    clock.advance(days=30)
    assert days_of_mail(clock, 30) == [0]


def told(referral, _staff) -> None:
    actions.hear_the_person(referral.id, answer=Answer("told", note="yes"), evidence=None, at=now())


def came(referral, _staff) -> None:
    answered(referral)


def was_verified(referral, staff) -> None:
    verified(referral, staff)


def done(referral, _staff) -> None:
    with transaction():
        queries.lead_to_write(referral.lead_id).close(Status.DONE, at=now())


def withdrew(purpose: Purpose):
    def withdraw(referral, _staff) -> None:
        lead = lead_of(referral)
        with transaction():
            found = select(Consent).where(Consent.lead_id == lead.id, Consent.purpose == purpose)
            given = db.session.scalars(found).one_or_none()
            if given is None:
                given = Consent(
                    lead_id=lead.id,
                    enquiry_id=queries.enquiry_of(fresh(referral)).id,
                    purpose=purpose,
                    wording="x",
                    wording_version="1",
                    given_at=now(),
                )
                db.session.add(given)
            given.withdrawn_at = now()

    return withdraw


@pytest.mark.parametrize(
    "what",
    [told, came, was_verified, done, withdrew(Purpose.CONTACT)],
    ids=["told", "came", "verified", "done", "withdrew"],
)
def test_kind_words_stop(jules, refers, clock, what):
    referral = refers()
    assert days_of_mail(clock, 10) == [7]
    what(referral, jules.staff)
    assert chores.follow_up(at=now() + timedelta(days=20)) == 0
    assert len(mails(FOLLOW_UP)) == 1


def test_kind_word_that_waits_is_taken_back_by_an_answer(refers, clock):
    referral = refers()
    clock.advance(days=7)
    chores.follow_up(at=now())
    answered(referral)
    assert mails(FOLLOW_UP) == [(FOLLOW_UP, "cancelled")]


def test_kind_word_holds_back_from_answers_that_changed_meanwhile(refers, clock):
    referral = refers()
    record_screening(queries.enquiry_of(fresh(referral)), answers={}, wording="I agree", at=now())
    assert days_of_mail(clock, 30) == []


def reminders() -> list[str]:
    found = db.session.scalars(
        select(OutboxMail.due)
        .where(OutboxMail.kind == "clearance_ends", OutboxMail.state == "ready")
        .order_by(OutboxMail.due)
    )
    return [due.isoformat() for due in found]


def test_reminders_are_a_month_and_a_week_before_at_nine_on_the_wall(jules, refers):
    verified(refers(), jules.staff)
    assert reminders() == ["2027-10-23T14:00:00+00:00", "2027-11-15T15:00:00+00:00"]


def test_short_clearance_has_the_reminders_it_can_have(jules, refers):
    verified(refers(), jules.staff, until=date(2026, 12, 5))
    assert reminders() == ["2026-11-28T15:00:00+00:00"]


@pytest.mark.parametrize("given", [REFERRED, URGENT])
def test_clearance_ends_after_its_last_day_and_the_hold_is_back(jules, refers, clock, given):
    referral = refers(**given)
    if given is URGENT:
        lead_id = fresh(referral).lead_id
        today = now().date()
        verifying.record_seen(lead_id, on=today, where="x", staff=jules.staff, at=now())
    verified(referral, jules.staff, until=date(2026, 12, 5))
    clock.advance(days=13)
    assert chores.expire(at=now()) == 0
    assert gate(lead_of(referral)) is Gate.OPEN
    clock.advance(days=1)
    assert gate(lead_of(referral)) in {Gate.HELD, Gate.ALARM}
    assert [chores.expire(at=now()), chores.expire(at=now())] == [1, 0]
    lead = lead_of(referral)
    assert fresh(referral).state is State.EXPIRED
    assert lead.disposition in {Disposition.REFERRAL, Disposition.URGENT}
    assert (lead.is_held_back, lead.status) == (True, Status.WAITING)
    assert story(referral)[-1] == "clearance_expired"
    assert take(referral) is not None


def test_clearance_without_a_day_ends_after_twelve_months(jules, refers, clock):
    referral = refers()
    verified(referral, jules.staff)
    clock.advance(days=365)
    assert chores.expire(at=now()) == 0
    clock.advance(days=1)
    assert chores.expire(at=now()) == 1
    assert fresh(referral).state is State.EXPIRED
