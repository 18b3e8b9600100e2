"""The visitor's side: begin, say more, be read; nothing twice and nothing lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.chat import queries, reading, saying
from portal.chat.models import Author, Message, State, Thread
from portal.clock import now
from portal.extensions import db, vault
from portal.leads.asked import KeyTakenError
from portal.leads.models import Held, Lead
from tests.chat.conftest import HELLO, ROBIN, again, says, who

CHEST = "I have a tight pain in my chest right now"


def texts(thread: Thread) -> list[tuple[str, str]]:
    return [(line.author.value, line.text) for line in reading.lines(thread)]


def test_a_first_message_begins_a_thread_that_waits(begins):
    thread = begins()
    assert (thread.state, thread.open_rank, thread.lead_id) == (State.WAITING, 1, None)
    assert texts(thread) == [("visitor", HELLO.text)]


def test_the_clock_runs_in_opening_minutes(begins, clock):
    assert begins().due_at == now() + timedelta(minutes=5)
    clock.move_to(datetime(2026, 11, 23, 2, 58, tzinfo=UTC))
    assert begins("Two minutes to closing").due_at == datetime(2026, 11, 23, 12, 3, tzinfo=UTC)


def test_begun_twice_with_one_key_it_is_one_thread(app):
    assert saying.start(HELLO, at=now()) == saying.start(HELLO, at=now())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 1


def test_another_text_under_the_key_of_a_thread_is_refused(begins):
    thread = begins()
    with pytest.raises(KeyTakenError):
        saying.start(replace(HELLO, key=thread.key, text="Something else"), at=now())


def test_an_address_that_only_the_second_of_two_first_messages_gives_is_kept(app):
    thread = again(saying.start(HELLO, at=now()))
    for told in (who("Robin", ROBIN), who("Other", "other@example.com")):
        saying.start(replace(HELLO, who=told), at=now())
        assert (again(thread).name, again(thread).email) == ("Robin", ROBIN)
    assert again(thread).lead.email == ROBIN


def test_said_twice_with_one_key_it_is_one_message(begins):
    thread = begins()
    assert says(thread, "And on Sunday?", "a") == says(thread, "And on Sunday?", "a")
    assert [text for _, text in texts(again(thread))] == [HELLO.text, "And on Sunday?"]
    with pytest.raises(KeyTakenError):
        says(thread, "Something else", "a")


def test_the_clock_runs_from_the_first_word_without_an_answer(begins, clock):
    thread = begins()
    due = thread.due_at
    clock.advance(minutes=3)
    says(thread, "Hello?")
    assert again(thread).due_at == due


def test_words_lie_sealed_under_the_key_of_their_thread(begins):
    thread, other = begins(), begins("Another thread")
    row = db.session.scalars(sa.select(Message).where(Message.thread_id == thread.id)).one()
    assert HELLO.text not in row.text
    vault().shred(other.ref)
    assert vault().open(row.place, row.text) == HELLO.text


def test_an_emergency_is_answered_at_once_and_stands_on_top(begins):
    begins()
    thread = begins(CHEST)
    assert [author for author, _ in texts(thread)] == ["visitor", "system"]
    assert "call 911" in texts(thread)[1][1]
    assert (thread.flagged_at, thread.open_rank) == (now(), 0)
    assert queries.inbox(limit=9)[0].id == thread.id


def test_what_is_denied_is_no_emergency(begins):
    thread = begins("No chest pain, no numbness, I just want to get stronger")
    assert thread.flagged_at is None


def test_an_emergency_in_a_running_thread_shortens_its_clock(begins, clock):
    thread = begins()
    says(thread, CHEST)
    assert again(thread).due_at == now() + timedelta(minutes=5)
    assert again(thread).open_rank == 0


def test_what_looks_like_spam_is_kept_aside_and_goes_on_when_its_person_does(begins):
    thread = begins(held=Held.HASTE, who=who("Robin", ROBIN))
    assert (thread.open_rank, thread.lead_id, queries.inbox(limit=9)) == (None, None, [])
    says(thread, "Are you there?")
    assert (again(thread).open_rank, again(thread).lead.email) == (1, ROBIN)


def test_what_filled_in_the_trap_stays_aside_unless_it_sounds_like_an_emergency(begins):
    thread = begins(held=Held.TRAP, who=who("Robin", ROBIN))
    says(thread, "Cheap watches")
    assert again(thread).open_rank is None
    assert db.session.scalars(sa.select(Lead)).all() == []
    says(thread, CHEST)
    assert (again(thread).open_rank, again(thread).lead.email) == (0, ROBIN)


def test_both_sides_know_what_the_other_has_seen(begins):
    thread = begins()
    assert reading.lines(thread)[0].seen is False
    last = queries.last_message_id(thread.id)
    assert saying.see(thread.public_id, at=now()) is False
    assert again(thread).visitor_seen == last


def test_a_poll_asks_one_statement(begins, app):
    public_id, asked = begins().public_id, []
    db.session.rollback()
    listener = lambda *args: asked.append(args[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", listener)
    mark = queries.mark(public_id)
    sa.event.remove(db.engine, "before_cursor_execute", listener)
    reads = [statement for statement in asked if statement.startswith("SELECT")]
    assert (len(reads), mark) == (1, queries.mark_of(again(public_id)))


def test_every_author_has_a_side(begins):
    begins(CHEST)
    authors = set(db.session.scalars(sa.select(Message.author)))
    assert authors == {Author.VISITOR, Author.SYSTEM}
