"""The desk's side: claim, answer, note, close, undo; nobody is answered twice or kept waiting."""

from datetime import timedelta

import pytest

from portal.chat import answering, queries, reading
from portal.chat.answering import OvertakenError
from portal.chat.models import Note, State
from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import db, settings
from portal.leads.asked import KeyTakenError
from portal.leads.models import Held
from tests.chat.conftest import again, minutes, press, says


def kinds(thread) -> list[str]:
    return [step.kind for step in queries.steps(thread.id)]


def test_an_answer_stops_the_clock_and_takes_the_thread(begins, dana):
    thread = begins()
    answering.answer(press(thread, dana), "Yes, come by.", key="a")
    thread = again(thread)
    assert (thread.state, thread.due_at, thread.claimed_by_id) == (State.ANSWERED, None, dana.id)
    assert [(line.who, line.seen) for line in reading.lines(thread)] == [
        ("", True),
        ("Dana Test", False),
    ]


def test_an_answer_sent_twice_is_one(begins, dana):
    thread = begins()
    first = press(thread, dana)
    once, twice = (answering.answer(first, "Yes.", key="a") for _ in range(2))
    assert once.id == twice.id
    with pytest.raises(KeyTakenError):
        answering.answer(first, "No.", key="a")


def test_two_desks_never_answer_the_same_question(begins, dana, jules):
    thread = begins()
    stale = press(thread, jules)
    answering.answer(press(thread, dana), "Yes, come by.", key="a")
    with pytest.raises(OvertakenError):
        answering.answer(stale, "No, sorry.", key="b")
    assert len(queries.messages(thread.id)) == 2


def test_what_the_visitor_writes_meanwhile_is_in_nobodys_way_but_closing(begins, dana):
    thread = begins()
    seen = press(thread, dana)
    says(thread, "Hello?")
    with pytest.raises(OvertakenError):
        answering.close(seen)
    answering.claim(seen)
    answering.answer(seen, "Yes, come by.", key="a")
    assert again(thread).claimed_by_id == dana.id


def test_claimed_by_one_it_is_not_claimed_by_another_at_once(begins, dana, jules):
    thread = begins()
    stale = press(thread, jules)
    answering.claim(press(thread, dana))
    with pytest.raises(OvertakenError):
        answering.claim(stale)
    answering.claim(press(thread, jules))
    assert again(thread).claimed_by_id == jules.id


def test_a_button_pressed_twice_is_one_step(begins, dana):
    thread = begins()
    once = press(thread, dana)
    assert answering.claim(once).id == answering.claim(once).id
    assert kinds(thread) == ["claimed"]


def test_closing_takes_it_off_and_the_next_word_brings_it_back(begins, dana):
    thread = begins()
    answering.close(press(thread, dana))
    assert queries.inbox(limit=9) == []
    assert [each.id for each in queries.closed_lately(at=now(), limit=9)] == [thread.id]
    with pytest.raises(WrongStateError):
        answering.claim(press(thread, dana))
    says(thread, "One more thing")
    assert [each.id for each in queries.inbox(limit=9)] == [thread.id]


def test_closing_is_taken_back_as_it_was(begins, dana):
    thread = begins("I fainted twice today")
    before = again(thread).snapshot()
    step = answering.close(press(thread, dana))
    answering.undo(thread.id, step.id, staff=dana, at=now())
    answering.undo(thread.id, step.id, staff=dana, at=now())
    assert again(thread).snapshot() == before
    assert kinds(thread) == ["closed", "undone"]


def test_nothing_is_taken_back_over_what_came_after(begins, dana):
    thread = begins()
    step = answering.claim(press(thread, dana))
    says(thread, "Hello?")
    with pytest.raises(OvertakenError):
        answering.undo(thread.id, step.id, staff=dana, at=now())


def test_a_flag_is_lowered_by_somebody_who_has_seen_to_it(begins, dana):
    thread = begins("I fainted twice today")
    answering.answer(press(thread, dana), "Have you called?", key="a")
    assert again(thread).open_rank == 0
    answering.lower_flag(press(thread, dana))
    assert again(thread).open_rank == 2


def test_a_note_is_kept_once_and_can_go(begins, dana):
    thread = begins()
    once, twice = (answering.note(press(thread, dana), "Call them", key="n") for _ in range(2))
    assert once.id == twice.id
    assert [(note.who, note.text) for note in reading.note_lines(thread)] == [
        ("Dana Test", "Call them")
    ]
    answering.undo_note(thread.id, once.id, at=now())
    assert (reading.note_lines(thread), db.session.get(Note, once.id).undone_at) == ([], now())
    assert [line.text for line in reading.lines(thread)] == ["Hello, is there a place on Saturday?"]


def test_what_looked_like_spam_is_released_by_a_person(begins, dana):
    thread = begins(held=Held.TRAP)
    assert [each.id for each in queries.held(limit=9)] == [thread.id]
    answering.release(press(thread, dana))
    assert (queries.held(limit=9), again(thread).open_rank) == ([], 1)


def test_a_claim_that_nobody_follows_up_goes_back(begins, dana, clock):
    thread = begins()
    answering.claim(press(thread, dana))
    clock.advance(minutes=2 * minutes() - 1)
    assert answering.return_ignored(now(), settings=settings()) == 0
    clock.advance(minutes=1)
    assert answering.return_ignored(now(), settings=settings()) == 1
    assert again(thread).claimed_by_id is None
    answering.answer(press(thread, dana, seen=2), "Here I am.", key="a")


def test_an_answered_thread_waits_for_its_claimer_anew(begins, dana, clock):
    thread = begins()
    answering.answer(press(thread, dana), "Yes.", key="a")
    clock.advance(hours=3)
    assert answering.return_ignored(now(), settings=settings()) == 0
    says(thread, "And on Sunday?")
    assert answering.return_ignored(now(), settings=settings()) == 0
    assert again(thread).due_at == now() + timedelta(minutes=minutes())


def test_somebody_who_left_keeps_no_chat(begins, dana):
    thread, other = begins(), begins("Another one")
    answering.answer(press(thread, dana), "Yes.", key="a")
    answering.claim(press(other, dana))
    dana.active = False
    db.session.commit()
    says(thread, "And on Sunday?")
    assert again(thread).claimed_by_id is None
    assert answering.return_ignored(now(), settings=settings()) == 1
    assert again(other).claimed_by_id is None


def test_two_at_one_thread_know_of_each_other(begins, dana, jules, clock):
    thread = begins()
    for staff in (dana, jules):
        answering.heartbeat(thread.id, staff_id=staff.id, at=now())
    assert queries.also_here(thread.id, but=dana.id, at=now()) == ["Jules Test"]
    clock.advance(minutes=1)
    assert queries.also_here(thread.id, but=dana.id, at=now()) == []


def test_seen_at_the_desk_is_told_to_the_visitor(begins):
    thread = begins()
    last = queries.last_message_id(thread.id)
    assert answering.see(thread.id, last, at=now()) is True
    assert answering.see(thread.id, last, at=now()) is False
    assert [line.seen for line in reading.lines(again(thread))] == [True]
