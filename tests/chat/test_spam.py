"""Spam and floods in the chat: held apart, never deleted and never told."""

import pytest

from portal.chat import answering, queries
from portal.chat.models import Thread
from portal.extensions import db
from portal.leads.models import Held
from tests.chat.conftest import ROBIN, again, press, says, who, write
from tests.chat.test_pages import CHEST, mails, only, talks, write_form

__all__ = ["talks"]

TWO_LINKS = "https://a.example and www.b.example"


def doubts() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Thread.held_because).order_by(Thread.id)))


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "doubt"),
    [
        ({"text": "I read https://example.com/a about backs"}, None),
        ({"text": "On http://localhost/times and http://localhost/consult it says Sunday"}, None),
        ({"text": TWO_LINKS}, Held.LINKS),
        ({"name": "cheap-pills.com"}, Held.LINKS),
        ({"message": "I fill in everything"}, Held.TRAP),
    ],
)
def test_what_no_visitor_would_send_is_held_apart(talks, typed, doubt):
    talks(**typed)
    assert doubts() == [doubt]


@pytest.mark.one_database
@pytest.mark.parametrize(("more", "doubt"), [({}, Held.LINKS), ({"message": "x"}, Held.TRAP)])
def test_a_second_message_is_held_before_anybody_has_read_the_first(client, talks, more, doubt):
    url = talks()
    sent = write_form(client.get(url).text) | {"text": TWO_LINKS} | more
    assert client.post(url, data=sent).status_code == 303
    assert doubts() == [doubt]
    assert [mail.state for mail in mails("chat_waiting")] in ([], ["cancelled"])
    page = client.get(url).text
    assert TWO_LINKS in page
    assert "spam" not in page


@pytest.mark.one_database
def test_whoever_is_read_at_the_desk_may_send_links(client, talks, dana):
    url = talks()
    answering.see(only().id, queries.last_message_id(only().id), at=only().created_at)
    sent = write_form(client.get(url).text) | {"text": TWO_LINKS}
    assert client.post(url, data=sent).status_code == 303
    assert doubts() == [None]


@pytest.mark.one_database
def test_links_never_hide_what_sounds_like_an_emergency(client, talks):
    talks(text=f"{CHEST} {TWO_LINKS}")
    assert (doubts(), only().open_rank) == ([None], 0)


def test_the_fourth_chat_that_waits_from_one_person_is_held_apart(app, dana):
    for number in range(4):
        write(f"Chat {number}", who=who(email=f"Robin+{number}@example.com"))
    write("From somebody else", who=who(email="jo@example.com"))
    assert doubts() == [None, None, None, Held.MANY, None]


def test_whoever_was_answered_may_begin_again(begins, dana):
    for number in range(3):
        thread = begins(f"Chat {number}", who=who(email=ROBIN))
    answering.answer(press(thread, dana), "Yes.", key="a")
    assert begins("One more", who=who(email=ROBIN)).held_because is None


def test_what_a_person_let_in_stays_in(begins, dana):
    thread = begins(held=Held.LINKS)
    answering.release(press(thread, dana))
    says(thread, "Thank you")
    assert again(thread).held_because is None
