"""Many at once: the database decides, once, and everybody else gets an answer."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import db
from portal.leads.models import Activity
from portal.passes import actions, entry, signing
from portal.passes.entry import StoppedError
from portal.passes.identity import AlreadyHadOneError
from portal.passes.models import DayPass, Redemption, State, WaiverSignature
from portal.passes.signing import Signer
from portal.passes.verdict import Why
from portal.staff.models import Staff
from tests.passes.conftest import SATURDAY, SUNDAY, fresh, kinds, member
from tests.passes.test_claim import again

CROWD = 50


def at_once(app, jobs):
    """Run every job in a thread and an app context of its own, all at the same moment."""
    start = Barrier(len(jobs))

    def one(job):
        with app.app_context():
            try:
                start.wait()
                return job()
            except (StoppedError, AlreadyHadOneError) as refused:
                return refused
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def redeems(pass_id, staff_ids, presses):
    def job(staff_id, press):
        staff = db.session.get_one(Staff, staff_id)
        return entry.redeem(pass_id, staff=staff, press=press, at=now()).press

    turns = zip(cycle(staff_ids), presses, strict=False)
    return [
        lambda staff_id=staff_id, press=press: job(staff_id, press) for staff_id, press in turns
    ]


def test_fifty_presses_at_two_desks_let_in_once(app, issues):
    day_pass, desks = issues(day=SUNDAY), [member(), member("Ida Test")]
    jobs = redeems(day_pass.id, [desk.id for desk in desks], [f"p{n}" for n in range(CROWD)])
    answers = at_once(app, jobs)
    won = [answer for answer in answers if isinstance(answer, str)]
    lost = [answer for answer in answers if isinstance(answer, StoppedError)]
    assert (len(won), len(lost)) == (1, CROWD - 1)
    assert {answer.verdict.why for answer in lost} == {Why.USED}
    assert [row.press for row in db.session.scalars(db.select(Redemption))] == won
    assert fresh(day_pass).state is State.USED
    assert kinds(fresh(day_pass).lead).count("pass_used") == 1


def test_one_press_sent_twenty_times_is_one_use_and_twenty_good_answers(app, issues):
    day_pass, desk = issues(day=SUNDAY), member()
    answers = at_once(app, redeems(day_pass.id, [desk.id], ["same"] * 20))
    assert answers == ["same"] * 20
    assert len(db.session.scalars(db.select(Redemption)).all()) == 1


def test_one_person_on_twenty_claims_gets_one_pass(app, screened, asks):
    first = screened()
    others = [again(first, asks).public_id for _ in range(9)]
    ids = [first.public_id, *others] * 2
    jobs = [
        lambda public_id=public_id: actions.claim(public_id, day=SATURDAY, at=now()).id
        for public_id in ids
    ]
    answers = at_once(app, jobs)
    issued = [answer for answer in answers if isinstance(answer, int)]
    assert len(set(issued)) == 1
    assert len(issued) == 2
    assert len(db.session.scalars(db.select(DayPass)).all()) == 1


def test_people_who_share_only_a_phone_or_a_name_get_one_pass_between_them(app, screened):
    enquiries = [screened("Robin Test", age=40) for _ in range(8)]
    for enquiry in enquiries[:4]:
        enquiry.phone_e164 = "+13125550142"
    db.session.commit()
    jobs = [
        lambda public_id=each.public_id: actions.claim(public_id, day=SATURDAY, at=now()).id
        for each in enquiries
    ]
    answers = at_once(app, jobs)
    assert len([answer for answer in answers if isinstance(answer, int)]) == 1


def test_twenty_people_get_twenty_passes(app, screened):
    enquiries = [screened(f"Robin {number}") for number in range(20)]
    jobs = [
        lambda public_id=each.public_id: actions.claim(public_id, day=SATURDAY, at=now()).code
        for each in enquiries
    ]
    assert len(set(at_once(app, jobs))) == 20


def test_waiver_signed_ten_times_at_once_is_one_signature(app, issues):
    day_pass = issues(signed=False)
    pass_id = day_pass.id
    jobs = [lambda: signing.sign(pass_id, signer=Signer("Robin Test"), at=now()).public_id] * 10
    assert len(set(at_once(app, jobs))) == 1
    assert len(db.session.scalars(db.select(WaiverSignature)).all()) == 1


def test_giving_back_and_letting_in_at_once_does_one_of_them(app, issues):
    for turn in range(5):
        day_pass, desk = issues(f"Robin {turn}", day=SUNDAY), member(f"Dana {turn}")
        pass_id = day_pass.id

        def give_back(pass_id=pass_id):
            try:
                actions.give_back(pass_id, at=now())
            except WrongStateError:
                return False
            return True

        answers = at_once(app, [*redeems(pass_id, [desk.id], ["one"]), give_back])
        let_in, returned = isinstance(answers[0], str), answers[1]
        assert let_in != returned
        state = db.session.scalars(db.select(DayPass.state).where(DayPass.id == pass_id)).one()
        assert state is (State.USED if let_in else State.RETURNED)
        lines = db.session.scalars(db.select(Activity.kind)).all()
        assert lines.count("pass_used") + lines.count("pass_given_back") == turn + 1
