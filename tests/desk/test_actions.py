"""Every button: what it does, that a second press does nothing, that it can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portal.clock import now
from portal.desk import actions
from portal.desk.actions import Press, StaleError
from portal.desk.calls import NotNow, Outcome, snoozes
from portal.errors import WrongStateError
from portal.extensions import db, settings
from portal.leads.models import Activity, Disposition, Lead, Status
from portal.mail.models import MailState, OutboxMail
from portal.staff.models import Role, Staff
from tests.desk.conftest import fresh, kinds_of, make_lead, make_staff

ACTIONS = {
    "claimed": actions.claim,
    "assigned": lambda press: actions.assign(press, to=press.staff),
    "called": lambda press: actions.log_call(press, outcome=Outcome.NO_ANSWER, settings=settings()),
    "snoozed": lambda press: actions.snooze(
        press, choice=snoozes(None, at=press.at, hours=settings().studio.hours)[0]
    ),
    "done": actions.finish,
    "not_now": lambda press: actions.put_away(press, because=NotNow.ELSEWHERE),
    "noted": lambda press: actions.note(press, text="Likes mornings"),
}
CHANGING = [kind for kind in ACTIONS if kind != "noted"]


@pytest.fixture
def staff(app):
    return make_staff()


@pytest.fixture
def other(app):
    return make_staff("Jules Test", Role.COACH)


def press_on(lead: Lead, staff, seen: int | None = None) -> Press:
    lead = fresh(lead)
    return Press(lead_id=lead.id, staff=staff, seen=seen or lead.version, at=now())


@pytest.mark.parametrize("kind", ACTIONS)
def test_action_tells_the_story_once_however_often_it_is_pressed(staff, kind):
    lead = make_lead()
    press = press_on(lead, staff)
    first = ACTIONS[kind](press).id
    version = fresh(lead).version
    assert ACTIONS[kind](press).id == first
    assert (fresh(lead).version, kinds_of(lead)) == (version, ["asked", kind])


@pytest.mark.parametrize("kind", CHANGING)
def test_action_on_a_stale_screen_changes_nothing(staff, other, kind):
    lead = make_lead()
    press = press_on(lead, staff)
    actions.log_call(press_on(lead, other), outcome=Outcome.SPOKE, settings=settings())
    state = fresh(lead).state()
    with pytest.raises(StaleError):
        ACTIONS[kind](press)
    assert (fresh(lead).state(), kinds_of(lead)) == (state, ["asked", "called"])


def test_note_is_kept_whatever_others_did(staff, other):
    lead = make_lead()
    press = press_on(lead, staff)
    actions.claim(press_on(lead, other))
    actions.note(press, text="Likes mornings")
    assert kinds_of(lead) == ["asked", "claimed", "noted"]


@pytest.mark.parametrize("kind", ACTIONS)
def test_undo_restores_what_was_before(staff, kind):
    lead = make_lead()
    state = lead.state()
    line = ACTIONS[kind](press_on(lead, staff))
    undone = actions.undo(lead.id, line.id, staff=staff, at=now())
    assert undone.undone_at == now()
    assert (fresh(lead).state(), kinds_of(lead)) == (state, ["asked", kind, "undone"])


@pytest.mark.parametrize("kind", ACTIONS)
def test_undo_pressed_twice_is_one_undo(staff, kind):
    lead = make_lead()
    line = ACTIONS[kind](press_on(lead, staff)).id
    for _ in range(2):
        actions.undo(lead.id, line, staff=staff, at=now())
    assert kinds_of(lead) == ["asked", kind, "undone"]


@pytest.mark.parametrize("kind", CHANGING)
def test_undo_is_refused_once_more_has_happened(staff, other, kind):
    lead = make_lead()
    line = ACTIONS[kind](press_on(lead, staff)).id
    fresh(lead).asked_again(at=now(), due_at=now())
    db.session.commit()
    state = fresh(lead).state()
    with pytest.raises(StaleError):
        actions.undo(lead.id, line, staff=staff, at=now())
    assert fresh(lead).state() == state


def test_undo_of_what_the_person_did_is_refused(staff):
    lead = make_lead()
    asked = db.session.scalars(db.select(Activity.id)).one()
    with pytest.raises(WrongStateError):
        actions.undo(lead.id, asked, staff=staff, at=now())


def test_action_repeated_after_its_undo_is_stale(staff):
    lead = make_lead()
    press = press_on(lead, staff)
    line = actions.claim(press).id
    actions.undo(lead.id, line, staff=staff, at=now())
    with pytest.raises(StaleError):
        actions.claim(press)


def test_claim_makes_it_mine(staff):
    lead = make_lead()
    actions.claim(press_on(lead, staff))
    assert (fresh(lead).owner_id, lead.claimed_at) == (staff.id, now())


def test_assign_hands_over_and_back(staff, other):
    lead = make_lead()
    actions.assign(press_on(lead, staff), to=other)
    assert fresh(lead).owner_id == other.id
    actions.assign(press_on(lead, staff), to=None)
    assert fresh(lead).owner_id is None


NOON_TOMORROW = timedelta(days=1)


@pytest.mark.parametrize(
    ("outcome", "level", "status", "due"),
    [
        (Outcome.SPOKE, Disposition.CLEAR, Status.CONTACTED, NOON_TOMORROW),
        (Outcome.SPOKE, Disposition.EMERGENCY, Status.CONTACTED, NOON_TOMORROW),
        (Outcome.LEFT_MESSAGE, Disposition.CLEAR, Status.CONTACTED, NOON_TOMORROW),
        (Outcome.LEFT_MESSAGE, Disposition.URGENT, Status.WAITING, timedelta(minutes=15)),
        (Outcome.NO_ANSWER, Disposition.EMERGENCY, Status.WAITING, timedelta(minutes=5)),
        (Outcome.NO_ANSWER, Disposition.URGENT, Status.WAITING, timedelta(minutes=15)),
        (Outcome.NO_ANSWER, Disposition.REFERRAL, Status.WAITING, timedelta(hours=5)),
        (Outcome.NO_ANSWER, Disposition.CLEAR, Status.WAITING, NOON_TOMORROW),
        (Outcome.WRONG_NUMBER, Disposition.URGENT, Status.WAITING, timedelta(minutes=15)),
    ],
)
def test_call_moves_the_state_and_the_clock(staff, outcome, level, status, due):
    lead = make_lead("Robin Test", level)
    actions.log_call(press_on(lead, staff), outcome=outcome, settings=settings())
    assert (fresh(lead).status, lead.due_at) == (status, now() + due)
    assert lead.first_reply_at == (now() if status is Status.CONTACTED else None)


def test_first_to_answer_becomes_owner(staff, other):
    lead = make_lead()
    actions.log_call(press_on(lead, staff), outcome=Outcome.NO_ANSWER, settings=settings())
    actions.log_call(press_on(lead, other), outcome=Outcome.SPOKE, settings=settings())
    assert fresh(lead).owner_id == staff.id


def test_call_wakes_a_snoozed_lead(staff):
    lead = make_lead(snoozed_until=now() + timedelta(hours=3))
    actions.log_call(press_on(lead, staff), outcome=Outcome.NO_ANSWER, settings=settings())
    assert fresh(lead).snoozed_until is None


def test_done_and_not_now_leave_the_queue(staff):
    done, never = make_lead(), make_lead()
    actions.finish(press_on(done, staff))
    actions.put_away(press_on(never, staff), because=NotNow.DUPLICATE)
    assert (fresh(done).status, done.open_rank) == (Status.DONE, None)
    assert (fresh(never).status, never.open_rank) == (Status.NOT_NOW, None)


def test_closed_lead_takes_no_further_step(staff):
    lead = make_lead(status=Status.DONE)
    with pytest.raises(WrongStateError):
        actions.claim(press_on(lead, staff))


def held_lead() -> Lead:
    return make_lead("Robin Test", None, status=Status.HELD, held_because="sent within seconds")


def mails() -> list[tuple[str, MailState]]:
    return [(mail.kind, mail.state) for mail in db.session.scalars(db.select(OutboxMail))]


def test_release_lets_a_held_lead_in_and_writes_to_the_person(staff):
    lead = held_lead()
    actions.release(press_on(lead, staff), settings=settings())
    assert (fresh(lead).status, lead.held_because) == (Status.UNFINISHED, None)
    assert mails() == [("finish_check", MailState.READY)]


def test_undo_of_a_release_holds_the_lead_and_its_mail(staff):
    lead = held_lead()
    line = actions.release(press_on(lead, staff), settings=settings()).id
    actions.undo(lead.id, line, staff=staff, at=now())
    assert (fresh(lead).status, lead.held_because) == (Status.HELD, "sent within seconds")
    assert mails() == [("finish_check", MailState.CANCELLED)]
    actions.release(press_on(fresh(lead), staff), settings=settings())
    assert sorted(state for _, state in mails()) == [MailState.CANCELLED, MailState.READY]


def claimed(staff, clock, **after) -> Lead:
    lead = make_lead()
    actions.claim(press_on(lead, staff))
    clock.advance(**after)
    return lead


def test_ignored_claim_goes_back_to_everybody(staff, clock):
    lead = claimed(staff, clock, hours=2)
    assert actions.return_ignored_claims(now(), settings=settings()) == 1
    assert (fresh(lead).owner_id, kinds_of(lead)) == (None, ["asked", "claimed", "returned"])
    assert actions.return_ignored_claims(now(), settings=settings()) == 0


def test_fresh_claim_stays(staff, clock):
    lead = claimed(staff, clock, minutes=119)
    assert actions.return_ignored_claims(now(), settings=settings()) == 0
    assert fresh(lead).owner_id == staff.id


def test_claim_of_the_evening_counts_opening_time_only(staff, clock):
    clock.advance(hours=8)
    lead = claimed(staff, clock, hours=10)
    assert actions.return_ignored_claims(now(), settings=settings()) == 0
    clock.advance(hours=1)
    assert actions.return_ignored_claims(now(), settings=settings()) == 1
    assert fresh(lead).owner_id is None


@pytest.mark.parametrize("kind", ["called", "snoozed", "noted"])
def test_claim_that_was_followed_up_stays(staff, clock, kind):
    lead = claimed(staff, clock, minutes=30)
    ACTIONS[kind](press_on(lead, staff))
    clock.advance(hours=3)
    assert actions.return_ignored_claims(now(), settings=settings()) == 0


def test_claim_followed_up_by_somebody_else_is_still_ignored(staff, other, clock):
    lead = claimed(staff, clock, minutes=30)
    actions.note(press_on(lead, other), text="Asked at the desk")
    clock.advance(hours=2)
    assert actions.return_ignored_claims(now(), settings=settings()) == 1


@pytest.mark.parametrize("same_person", [True, False])
def test_presses_at_the_same_moment_are_one_step(app, same_person):
    lead = make_lead()
    people = [make_staff(f"Kim {number}").id for number in range(1 if same_person else 8)]
    presses = [people[turn % len(people)] for turn in range(8)]

    def press(staff_id: int) -> str:
        with app.app_context():
            staff = db.session.get_one(Staff, staff_id)
            try:
                line = actions.claim(Press(lead_id=lead_id, staff=staff, seen=seen, at=at))
            except StaleError:
                return "stale"
            return str(line.id)

    lead_id, seen, at = lead.id, lead.version, now()
    db.session.commit()
    with ThreadPoolExecutor(max_workers=8) as pool:
        said = list(pool.map(press, presses))
    assert kinds_of(lead) == ["asked", "claimed"]
    assert said.count("stale") == (0 if same_person else 7)
    assert len(set(said)) == (1 if same_person else 2)
