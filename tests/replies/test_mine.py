"""The writer's own link: shows no word, stops the mail in one press, erases for good."""

import re

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db, transaction, vault
from portal.keyring import PersonKey
from portal.mail.models import MailState, OutboxMail
from portal.replies import actions, notices, sealing
from portal.replies.models import Reply
from portal.vault import CannotOpenError
from tests.desk.conftest import form_on, make_staff
from tests.replies.conftest import ARTICLE, leave, page_of, replies


def published(**more) -> Reply:
    reply = leave(tell=True, **more)
    staff = make_staff()
    with transaction():
        reply.publish(staff_id=staff.id, at=now())
        notices.published(reply, at=now())
    return reply


def press(client, path: str):
    """Open a page and press its one button."""
    form = form_on(client.get(path).text, path)
    return client.post(form.pop("action"), data=form)


def states() -> list[MailState]:
    return list(db.session.scalars(sa.select(OutboxMail.state).order_by(OutboxMail.id)))


@pytest.mark.one_database
def test_own_page_shows_no_word_name_or_address(client):
    reply = leave("Zyxquill hurts", name="Zyxquill", email="zyxquill@example.com")
    for place in ("", "/erase", "/stop"):
        answer = client.get(page_of(reply) + place)
        assert (answer.status_code, "zyxquill" in answer.text.lower()) == (200, False)
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.one_database
def test_own_page_says_how_far_the_reply_is(client):
    reply = leave()
    staff = make_staff().id
    headings = []
    for step in (None, reply.reject, reply.put_back, reply.publish):
        if step:
            step(staff_id=staff, at=now())
            db.session.commit()
        page = client.get(page_of(reply)).text
        headings.append(re.search("<h1[^>]*>(.*?)</h1>", page)[1])
    assert headings == [
        "Thank you. We read it first",
        "We did not publish your reply",
        "Thank you. We read it first",
        "Your reply is on the page",
    ]
    assert f'href="{ARTICLE}?replies={reply.id}#r{reply.id}"' in page


def test_looking_changes_nothing(client):
    reply = published()
    for place in ("", "/erase", "/stop"):
        client.get(page_of(reply) + place)
    assert ([each.tell for each in replies()], states()) == ([True], [MailState.READY])


def test_one_press_stops_the_mail_and_what_waits(client):
    reply = published()
    assert press(client, f"{page_of(reply)}/stop").location == page_of(reply)
    assert ([each.tell for each in replies()], states()) == ([False], [MailState.CANCELLED])
    assert "The emails have stopped" in client.get(f"{page_of(reply)}/stop").text


@pytest.mark.one_database
def test_mail_goes_only_to_who_asked_for_it_and_waits_for_an_undo(app):
    reply, staff = leave(tell=False), make_staff()
    with transaction():
        reply.publish(staff_id=staff.id, at=now())
        notices.published(reply, at=now())
    assert states() == []


def test_erasing_takes_row_mail_and_key(client):
    reply = published()
    sealed, place, ref, page = reply.text, reply.place("text"), reply.ref, page_of(reply)
    answer = press(client, f"{page}/erase")
    assert (answer.status_code, answer.location) == (303, "/replies/erased")
    assert (replies(), states()) == ([], [])
    assert db.session.scalars(sa.select(PersonKey).where(PersonKey.person == ref)).all() == []
    with pytest.raises(CannotOpenError):
        vault().open(place, sealed)
    assert client.get(page).status_code == 410
    assert "Rosa" not in client.get(ARTICLE).text


def test_erasing_twice_says_the_same(client):
    page = f"{page_of(leave())}/erase"
    form = form_on(client.get(page).text, page)
    form.pop("action")
    assert [client.post(page, data=form).location for _ in range(2)] == ["/replies/erased"] * 2


def test_erasing_one_leaves_the_others(client):
    stays = leave("Stays")
    goes = leave("Goes")
    press(client, f"{page_of(goes)}/erase")
    assert [sealing.text(reply) for reply in replies()] == ["Stays"]
    assert stays.id == replies()[0].id


@pytest.mark.one_database
@pytest.mark.parametrize("place", ["erase", "stop"])
def test_a_press_without_our_token_does_nothing(client, place):
    reply = leave(tell=True)
    assert client.post(f"{page_of(reply)}/{place}").status_code == 422
    assert [each.tell for each in replies()] == [True]


@pytest.mark.one_database
def test_a_link_that_is_not_whole_opens_nothing(client):
    reply = leave()
    assert client.get(f"{page_of(reply)[:-3]}abc").status_code == 410


def test_erasing_and_a_press_at_the_desk_lock_the_reply_before_its_mail(app):
    reply = published()
    locked = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def look(_connection, _cursor, statement, *_rest):
        if statement.startswith(("DELETE", "UPDATE")) or "FOR UPDATE" in statement:
            locked.append(statement.split()[0])

    actions.erase(reply.public_id)
    sa.event.remove(db.engine, "before_cursor_execute", look)
    if db.engine.dialect.name == "postgresql":
        assert locked[:3] == ["SELECT", "DELETE", "DELETE"]
