from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.booking import actions, queries
from portal.booking.gate import ClosedGateError, Gate
from portal.booking.models import BookedCell, Booking, State
from portal.booking.wishes import TakenError, Wish
from portal.clock import now
from portal.desk import actions as desk
from portal.errors import WrongStateError
from portal.extensions import db
from portal.intake.actions import ask_anew
from portal.leads.models import Activity, Status
from portal.mail.models import MailState, OutboxMail
from portal.referrals.queries import of_lead
from tests.booking.conftest import TUESDAY_10, at
from tests.intake.recorded import record_screening
from tests.referrals.conftest import verified


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def mails(state: MailState = MailState.READY) -> list[str]:
    return list(
        db.session.scalars(
            select(OutboxMail.kind)
            .where(OutboxMail.state == state, OutboxMail.kind.in_(OURS))
            .order_by(OutboxMail.id)
        )
    )


OURS = ("booked", "moved", "cancelled", "reminder", "missed_you")


def test_booking_takes_the_time_and_the_lead_off_the_queue(asks, amir, hand):
    enquiry = asks()
    booking = actions.book(enquiry.public_id, at(10), hand=hand())
    assert (booking.starts_at, booking.ends_at) == (TUESDAY_10, TUESDAY_10 + timedelta(minutes=20))
    assert (booking.lead.status, booking.lead.open_rank) == (Status.BOOKED, None)
    assert count(BookedCell) == 6
    assert mails() == ["booked", "reminder", "reminder"]
    assert db.session.scalars(select(Activity.kind).order_by(Activity.id.desc())).first() == (
        "session_booked"
    )


def test_a_second_press_is_the_same_booking(asks, amir, hand):
    enquiry = asks()
    first = actions.book(enquiry.public_id, at(10), hand=hand()).id
    again = actions.book(enquiry.public_id, at(10), hand=hand()).id
    other = actions.book(enquiry.public_id, at(11), hand=hand()).id
    assert (again, other, count(Booking)) == (first, first, 1)
    assert mails() == ["booked", "reminder", "reminder"]


@pytest.mark.parametrize(("hour", "minute"), [(10, 0), (10, 20), (9, 40)])
def test_a_time_that_touches_another_session_or_its_buffer_is_gone(asks, amir, hand, hour, minute):
    actions.book(asks().public_id, at(10), hand=hand())
    with pytest.raises(TakenError):
        actions.book(asks().public_id, at(hour, minute), hand=hand())
    assert count(Booking) == 1


def test_the_other_coach_takes_the_same_time(asks, amir, jules, hand):
    coaches = {actions.book(asks().public_id, at(10), hand=hand()).coach_id for _ in range(2)}
    assert coaches == {amir.id, jules.id}
    with pytest.raises(TakenError):
        actions.book(asks().public_id, at(10), hand=hand())


@pytest.mark.parametrize(
    "wish",
    [
        at(8, 40),
        at(12),
        at(17),
        at(10, 7),
        at(13, day=22),
        at(10, day=20),
        Wish(TUESDAY_10 + timedelta(days=60)),
    ],
)
def test_a_time_that_is_not_on_offer_is_refused(asks, amir, hand, wish):
    with pytest.raises(TakenError):
        actions.book(asks().public_id, wish, hand=hand())


def test_a_person_with_back_pain_gets_the_coach_who_knows_backs(asks, jules, amir, hand):
    found = actions.book(asks(pain_sites=["low_back"]).public_id, at(10), hand=hand())
    assert found.coach_id == amir.id


def test_anybody_else_gets_the_coach_with_less_to_do(asks, amir, jules, hand):
    busy = actions.book(asks().public_id, at(9), hand=hand()).coach_id
    assert actions.book(asks().public_id, at(10), hand=hand()).coach_id != busy


def test_a_chosen_coach_is_kept_to(asks, amir, jules, hand):
    wish = replace(at(10), coach_id=jules.id)
    assert actions.book(asks().public_id, wish, hand=hand()).coach_id == jules.id
    with pytest.raises(TakenError):
        actions.book(asks().public_id, wish, hand=hand())


@pytest.mark.parametrize(
    ("answers", "gate"),
    [
        ({"pain_sites": ["low_back"], "bladder": "new_2w"}, Gate.ALARM),
        ({"temp_illness": "yes"}, Gate.HELD),
    ],
)
def test_nobody_is_booked_whom_the_health_check_holds(asks, amir, hand, answers, gate):
    enquiry = asks(**answers)
    with pytest.raises(ClosedGateError) as closed:
        actions.book(enquiry.public_id, at(10), hand=hand())
    assert closed.value.gate is gate
    with pytest.raises(ClosedGateError):
        actions.book_for(enquiry.lead_id, at(10), hand=hand(amir))
    assert count(Booking) == 0


def test_a_hold_stands_for_the_desk_too_while_somebody_answers_anew(asks, amir, hand):
    enquiry = asks(surgery="lt_12w")
    ask_anew(enquiry.public_id)
    with pytest.raises(ClosedGateError) as closed:
        actions.book_for(enquiry.lead_id, at(10), hand=hand(amir))
    assert closed.value.gate is Gate.HELD
    with pytest.raises(ClosedGateError):
        actions.book(enquiry.public_id, at(10), hand=hand())


def test_nobody_books_before_the_health_check_but_the_desk_may_for_them(asks, amir, hand):
    enquiry = asks(checked=False)
    with pytest.raises(ClosedGateError):
        actions.book(enquiry.public_id, at(10), hand=hand())
    assert actions.book_for(enquiry.lead_id, at(10), hand=hand(amir)).booked_by_id == amir.id


def test_moving_frees_the_old_time_and_counts_the_sequence(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    moved = actions.move(booking.id, at(11), hand=hand())
    assert (moved.id, moved.sequence, moved.starts_at) == (booking.id, 1, at(11).starts_at)
    assert count(BookedCell) == 6
    assert mails() == ["booked", "moved", "reminder", "reminder"]
    assert mails(MailState.CANCELLED) == ["reminder", "reminder"]
    assert actions.book(asks().public_id, at(10), hand=hand()).starts_at == TUESDAY_10


def test_a_move_may_overlap_the_session_that_moves(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    assert actions.move(booking.id, at(10, 20), hand=hand()).sequence == 1


def test_a_move_to_a_taken_time_keeps_the_old_one(asks, amir, hand):
    actions.book(asks().public_id, at(11), hand=hand())
    booking = actions.book(asks().public_id, at(10), hand=hand())
    with pytest.raises(TakenError):
        actions.move(booking.id, at(11), hand=hand())
    assert queries.booking(booking.id).starts_at == TUESDAY_10
    assert count(BookedCell) == 12


def test_a_second_press_of_a_move_changes_nothing(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    for _ in range(2):
        moved = actions.move(booking.id, at(11), hand=hand())
    assert moved.sequence == 1


def test_cancelling_frees_the_time_and_brings_the_lead_back(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    for _ in range(2):
        cancelled = actions.cancel(booking.id, hand=hand())
    assert (cancelled.state, cancelled.sequence) == (State.CANCELLED, 1)
    assert cancelled.lead.status is Status.WAITING
    assert count(BookedCell) == 0
    assert mails() == ["booked", "cancelled"]
    with pytest.raises(WrongStateError):
        actions.move(booking.id, at(11), hand=hand())


def test_whoever_cancelled_may_book_again(asks, amir, hand):
    enquiry = asks()
    first = actions.book(enquiry.public_id, at(10), hand=hand())
    actions.cancel(first.id, hand=hand())
    second = actions.book(enquiry.public_id, at(10), hand=hand())
    assert second.id != first.id
    assert queries.today_s_truth(enquiry.lead_id).id == second.id


def test_undoing_a_cancellation_takes_the_time_again_unless_it_is_gone(asks, amir, hand):
    first = actions.book(asks().public_id, at(10), hand=hand())
    cancelled = actions.cancel(first.id, hand=hand(amir))
    back = actions.undo(first.id, hand=hand(amir), seen=cancelled.version)
    assert (back.state, back.sequence, back.lead.status) == (State.BOOKED, 2, Status.BOOKED)
    assert mails() == ["booked", "cancelled", "booked", "reminder", "reminder"]
    again = actions.cancel(first.id, hand=hand(amir))
    actions.book(asks().public_id, at(10), hand=hand())
    with pytest.raises(TakenError):
        actions.undo(first.id, hand=hand(amir), seen=again.version)


@pytest.mark.parametrize("was", [State.CANCELLED, State.NO_SHOW])
def test_undoing_says_so_when_they_have_another_session_by_now(asks, amir, hand, was):
    first = actions.book(asks().public_id, at(10), hand=hand())
    if was is State.CANCELLED:
        actions.cancel(first.id, hand=hand())
    else:
        actions.showed(first.id, was, hand=hand(), seen=1)
    second = actions.book(first.enquiry.public_id, at(11), hand=hand())
    with pytest.raises(WrongStateError, match="They have another session by now"):
        actions.undo(first.id, hand=hand(amir), seen=2)
    with pytest.raises(WrongStateError):
        actions.recover(first.id, hand=hand(amir))
    assert "missed_you" not in mails()
    assert [queries.booking(each.id).state for each in (first, second)] == [was, State.BOOKED]


def test_who_did_not_come_is_back_on_the_queue_and_is_written_to_once(asks, amir, hand, clock):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    clock.move_to(TUESDAY_10 + timedelta(minutes=15))
    missed = actions.showed(booking.id, State.NO_SHOW, hand=hand(amir), seen=booking.version)
    assert missed.lead.status is Status.WAITING
    for _ in range(2):
        written = actions.recover(booking.id, hand=hand(amir))
    assert written.lead.status is Status.CONTACTED
    assert mails().count("missed_you") == 1


def test_who_came_is_done_and_that_can_be_taken_back(asks, amir, hand, clock):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    clock.move_to(TUESDAY_10)
    came = actions.showed(booking.id, State.ARRIVED, hand=hand(amir), seen=booking.version)
    assert came.lead.status is Status.DONE
    back = actions.undo(booking.id, hand=hand(amir), seen=came.version)
    assert (back.state, back.lead.status) == (State.BOOKED, Status.BOOKED)


def test_a_stale_screen_changes_nothing(asks, amir, hand):
    booking = actions.book(asks().public_id, at(10), hand=hand())
    actions.move(booking.id, at(11), hand=hand())
    with pytest.raises(WrongStateError):
        actions.cancel(booking.id, hand=hand(amir), seen=1)
    assert queries.booking(booking.id).state is State.BOOKED


def test_reminders_rest_while_the_health_check_holds_a_booked_person(asks, amir, hand):
    enquiry = asks()
    booking = actions.book(enquiry.public_id, at(10), hand=hand())
    screened = partial(record_screening, enquiry, wording="I agree", at=now())
    for _ in range(2):
        screened(answers={"age": 40, "temp_illness": "yes"})
        assert mails() == ["booked"]
    assert (booking.state, booking.starts_at) == (State.BOOKED, TUESDAY_10)
    assert count(BookedCell) == 6
    for _ in range(2):
        screened(answers={"age": 40})
        assert mails() == ["booked", "reminder", "reminder"]


def test_reminders_come_again_with_a_clearance_and_rest_when_it_is_undone(asks, amir, hand):
    enquiry = asks()
    actions.book(enquiry.public_id, at(10), hand=hand())
    record_screening(enquiry, answers={"surgery": "lt_12w"}, wording="I agree", at=now())
    assert mails() == ["booked"]
    line = verified(of_lead(enquiry.lead_id), amir)
    assert mails() == ["booked", "reminder", "reminder"]
    desk.undo(enquiry.lead_id, line.id, staff=amir, at=now())
    assert mails() == ["booked"]
