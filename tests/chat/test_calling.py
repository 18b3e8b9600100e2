"""Whoever left a number and no address is told that we call, and the desk is reminded to."""

import re
from datetime import timedelta

import pytest

from portal.chat import answering, links, queries, saying
from portal.chat.answering import OvertakenError
from portal.chat.models import State, Thread
from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import db, settings
from tests.chat.conftest import ROBIN, again, minutes, press, says, who
from tests.chat.test_pages import mails

NUMBER = "312-555-0100"
VISITS = {"Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def caller(begins) -> Thread:
    """Somebody who left nothing but a number."""
    return begins(who=who("Robin", phone=NUMBER))


@pytest.fixture
def unread(caller, dana) -> Thread:
    """The same, answered, and nobody has read it yet."""
    answering.answer(press(caller, dana), "Yes, come by.", key="a")
    return again(caller)


def rings() -> list[str]:
    return [mail.state for mail in mails("chat_waiting")]


def page(client, thread: Thread) -> str:
    return client.get(f"/chat/{links.token(thread)}", headers=VISITS).text


def test_an_answer_that_nobody_reads_waits_for_a_call(unread):
    assert unread.due_at == now() + timedelta(minutes=minutes())
    assert (unread.state, unread.open_rank, unread.wants_call) == (State.ANSWERED, 1, True)
    assert [each.id for each in queries.inbox(limit=9)] == [unread.id]
    assert rings() == ["cancelled", "ready"]
    assert mails("chat_answer") == []


def test_whoever_reads_the_answer_needs_no_call(client, unread):
    assert "Yes, come by." in page(client, unread)
    thread = again(unread)
    assert (thread.due_at, thread.open_rank, thread.wants_call) == (None, 2, False)
    assert rings() == ["cancelled", "cancelled"]


@pytest.mark.parametrize("headers", [{}, VISITS | {"Sec-Purpose": "prefetch;prerender"}])
def test_what_fetches_the_link_beforehand_has_read_nothing(client, unread, headers):
    client.get(f"/chat/{links.token(unread)}", headers=headers)
    assert again(unread).wants_call


@pytest.mark.parametrize("person", [who(email=ROBIN, phone=NUMBER), who("Nobody")])
def test_whom_a_mail_finds_or_no_number_reaches_waits_for_no_call(begins, dana, person):
    thread = begins(who=person)
    answering.answer(press(thread, dana), "Yes.", key="a")
    assert not again(thread).wants_call


def test_one_press_notes_the_call_and_an_undo_takes_it_back(unread, dana):
    step = answering.called(press(unread, dana))
    assert (again(unread).wants_call, again(unread).open_rank) == (False, 2)
    assert rings() == ["cancelled", "cancelled"]
    answering.undo(unread.id, step.id, staff=dana, at=now())
    assert again(unread).wants_call


def test_a_call_answers_what_waits_and_is_claimed_by_whoever_called(caller, dana):
    assert answering.called(press(caller, dana)).kind == "called"
    thread = again(caller)
    assert (thread.state, thread.claimed_by_id) == (State.ANSWERED, dana.id)


def test_two_desks_call_once(unread, dana, jules):
    seen = unread.version
    answering.called(press(unread, dana))
    with pytest.raises(OvertakenError):
        answering.called(press(unread, jules, seen=seen))


def test_pressed_twice_it_is_one_call(unread, dana):
    seen = unread.version
    steps = {answering.called(press(unread, dana, seen=seen)).id for _ in range(2)}
    assert len(steps) == 1


def test_what_they_wrote_meanwhile_is_not_answered_by_a_call(unread, dana):
    seen = unread.version
    says(unread, "And on Sunday?")
    with pytest.raises(OvertakenError):
        answering.called(press(unread, dana, seen=seen))


def test_without_a_number_there_is_nobody_to_call(begins, dana):
    with pytest.raises(WrongStateError):
        answering.called(press(begins(), dana))


def test_the_visitor_is_told_that_we_call(client, caller, clock):
    told = "If you are gone before you have read our answer, we will call you on 312-555-0100."
    assert told in page(client, caller)
    clock.advance(hours=12)
    assert "we will answer here or call you on 312-555-0100 by 6:05 am." in page(client, caller)
    saying.tell_who(caller.public_id, who(email=ROBIN), at=now())
    assert "call you" not in page(client, caller)


def test_the_number_is_nobody_elses_to_see(client, begins, caller):
    assert NUMBER not in re.sub(r"\s", "", page(client, begins("Another")))


def test_a_call_that_nobody_makes_goes_back_to_everybody(unread, dana, clock):
    for gone, owner in ((3 * minutes() - 1, dana.id), (1, None)):
        clock.advance(minutes=gone)
        answering.return_ignored(now(), settings=settings())
        assert again(unread).claimed_by_id == owner
    assert again(unread).wants_call


def test_whoever_has_left_keeps_no_call(unread, dana):
    dana.active = False
    db.session.commit()
    assert answering.return_ignored(now(), settings=settings()) == 1
