"""Many at once: one answer by a link, one word on it, and everybody else is told so."""

from collections import Counter

from sqlalchemy import func, select

from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import db
from portal.leads.models import Activity
from portal.referrals import actions, chores, verifying
from portal.referrals.answer import NOT_NOW, OK, Answer
from portal.referrals.models import Clearance, ReturnLink, State
from portal.referrals.verifying import Word
from portal.staff.models import Role, Staff
from tests.passes.test_races import at_once
from tests.referrals.conftest import answered, fresh, mails, make_staff, story, take


def tried(job):
    """Turn a refusal into an answer that can be counted."""

    def one():
        try:
            return type(job()).__name__
        except WrongStateError:
            return "refused"

    return one


def test_two_professionals_with_one_letter_are_one_answer(app, refers):
    referral = refers()
    link = take(referral).public_id
    jobs = [
        tried(
            lambda says=says: actions.hear_the_professional(
                link, answer=Answer(says=says, name="Dr. Ada Test"), at=now()
            )
        )
        for says in (OK, NOT_NOW) * 4
    ]
    assert Counter(at_once(app, jobs)) == {"Clearance": 1, "refused": 7}
    assert db.session.scalar(select(func.count()).select_from(Clearance)) == 1
    assert story(referral).count("clearance_came") == 1


def test_letter_taken_by_ten_presses_is_one_letter(app, refers):
    referral = refers()
    referral_id = referral.id
    links = at_once(
        app, [lambda: actions.take_letter(referral_id, at=now()).public_id for _ in range(10)]
    )
    assert len(set(links)) == 1
    assert db.session.scalar(select(func.count()).select_from(ReturnLink)) == 1
    assert story(referral).count("letter_taken") == 1


def test_two_coaches_verify_and_one_is_first(app, refers):
    referral = refers()
    clearance = answered(referral)
    coaches = [make_staff(f"Coach {n}", Role.COACH).id for n in range(6)]
    lead_id, clearance_id = fresh(referral).lead_id, clearance.id

    def word(staff_id):
        staff = db.session.get_one(Staff, staff_id)
        return verifying.verify(lead_id, clearance_id, Word(State.CLEARED), staff=staff, at=now())

    jobs = [tried(lambda staff_id=staff_id: word(staff_id)) for staff_id in coaches]
    assert Counter(at_once(app, jobs)) == {"Activity": 1, "refused": 5}
    assert mails("pick_a_time") == [("pick_a_time", "ready")]


def test_one_coach_who_presses_ten_times_verifies_once(app, refers):
    referral = refers()
    clearance_id, lead_id = answered(referral).id, fresh(referral).lead_id
    staff_id = make_staff("Jules Test", Role.COACH).id

    def press():
        staff = db.session.get_one(Staff, staff_id)
        return verifying.verify(
            lead_id, clearance_id, Word(State.CLEARED), staff=staff, at=now()
        ).id

    assert len(set(at_once(app, [press] * 10))) == 1
    verified = (
        select(func.count()).select_from(Activity).where(Activity.kind == "clearance_verified")
    )
    assert db.session.scalar(verified) == 1
    assert mails("pick_a_time") == [("pick_a_time", "ready")]


def test_follow_up_run_by_four_workers_is_one_mail(app, refers, clock):
    refers()
    clock.advance(days=7)
    at = now()
    counts = at_once(app, [lambda: chores.follow_up(at=at) for _ in range(4)])
    assert sum(counts) == 1
    assert mails("referral_follow_up") == [("referral_follow_up", "ready")]
