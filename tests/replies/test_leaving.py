"""Leaving a reply: held, once, with everything kept when something is wrong."""

import re
import threading
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db
from portal.mail.models import OutboxMail
from portal.replies import actions, sealing
from portal.replies.models import ClosedThread, Doubt, Reply, State
from portal.site import shelf
from tests.leads.test_views import problems
from tests.replies.conftest import ARTICLE, ROSA, SLUG, fields, leave, replies
from tests.site.test_shelf import with_draft

__all__ = ["with_draft"]


def close(slug: str = SLUG) -> None:
    db.session.add(ClosedThread(slug=slug, closed_at=now()))
    db.session.commit()


def test_a_reply_is_held_and_its_writer_is_thanked(client, write):
    answer = write()
    assert (answer.status_code, answer.location[:9]) == (303, "/replies/")
    [reply] = replies()
    assert (reply.slug, reply.state, reply.doubt, reply.alarm) == (SLUG, State.HELD, None, None)
    assert "Thank you. We read it first" in client.get(answer.location).text
    assert ROSA["text"] not in client.get(ARTICLE).text


def test_who_wrote_and_what_is_sealed(write):
    write()
    [reply] = replies()
    row = str(tuple(db.session.execute(sa.select(Reply.__table__)).one()))
    assert [word for word in ("fear", "Rosa", "rosa") if word in row] == []
    assert (sealing.text(reply), sealing.who(reply)) == (
        ROSA["text"],
        {"name": "Rosa M.", "email": "rosa@example.com"},
    )


def test_nobody_gets_a_mail_for_leaving_a_reply(write):
    write(tell="yes")
    assert db.session.scalars(sa.select(OutboxMail)).all() == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"text": " "}, "Write your reply"),
        ({"text": "x" * 2001}, "Reply must be 2,000 characters or fewer"),
        ({"name": ""}, "Enter your name"),
        ({"name": "x" * 81}, "Name must be 80 characters or fewer"),
        ({"email": ""}, "Enter your email address"),
        ({"email": "rosa"}, "Enter an email address, like name@example.com"),
        ({"email": "rosa@gmial.com"}, "Did you mean rosa@gmail.com? Keep it if it is right."),
        ({"text": "a\0b"}, "Type this again: it has a sign in it that we cannot read"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(write, typed, problem):
    answer = write(**typed)
    assert (answer.status_code, problems(answer)) == (422, [problem])
    sent = fields(answer.text)
    kept = {name: value for name, value in ROSA.items() if name not in typed}
    assert {name: sent[name] for name in kept} == kept
    assert re.search("<title>(Error: )", answer.text)
    assert replies() == []


@pytest.mark.one_database
def test_htmx_gets_the_form_alone_and_leaves_by_header(client, fill):
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    refused = client.post(ARTICLE, data=fill(text=""), headers=partial)
    assert (refused.status_code, "<main" in refused.text) == (422, False)
    assert refused.text.startswith("<title>Error: ")
    sent = fields(refused.text) | {"text": ROSA["text"]}
    done = client.post(ARTICLE, data=sent, headers=partial)
    assert (done.status_code, done.headers["HX-Redirect"][:9]) == (204, "/replies/")


def test_a_form_sent_twice_is_one_reply_with_one_page(client, fill):
    sent = fill()
    pages = {client.post(ARTICLE, data=sent).location for _ in range(3)}
    assert (len(pages), len(replies())) == (1, 1)


def test_the_same_form_with_other_words_is_asked_about_once(client, fill):
    sent = fill()
    client.post(ARTICLE, data=sent)
    answer = client.post(ARTICLE, data={**sent, "text": "And another thing."})
    assert (answer.status_code, problems(answer)) == (
        409,
        ["You already sent this reply in other words. Press Send again to send these too."],
    )
    assert client.post(ARTICLE, data=fields(answer.text)).status_code == 303
    assert len(replies()) == 2


def test_two_presses_at_once_are_one_reply(app):
    tokens, faults = set(), []
    gate = threading.Barrier(4)

    def press() -> None:
        with app.app_context():
            try:
                gate.wait()
                tokens.add(leave(key="a" * 32, email="rosa@example.com").public_id)
            except Exception as error:  # noqa: BLE001
                faults.append(error)
            db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, len(tokens), len(replies())) == ([], 1, 1)


def test_a_closed_thread_takes_nothing_and_gives_the_words_back(client, fill):
    sent = fill()
    close()
    answer = client.post(ARTICLE, data=sent)
    assert (answer.status_code, replies()) == (409, [])
    assert "We closed it while you were writing" in answer.text
    assert f'<p class="reply__text">{ROSA["text"]}</p>' in answer.text


def test_a_closed_thread_shows_a_kind_sentence_and_no_form(client):
    close()
    page = client.get(ARTICLE).text
    assert ("This conversation is closed." in page, 'name="text"' in page) == (True, False)
    assert 'name="text"' in client.get("/articles/steady-core").text


@pytest.mark.one_database
def test_only_an_article_that_is_out_can_be_replied_to(client, write, with_draft, jules):
    sent = fields(client.get(ARTICLE).text) | ROSA
    answers = [client.post(f"/articles/{slug}", data=sent) for slug in ("nothing", "not-yet")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert 'id="reply-form"' not in jules.get("/articles/not-yet").text


@pytest.mark.one_database
def test_every_article_has_the_form_and_sets_no_cookie(client):
    for article in shelf.articles():
        answer = client.get(f"/articles/{article.slug}")
        assert answer.text.count('id="reply-form"') == 1
        assert "Set-Cookie" not in answer.headers


@pytest.fixture
def away():
    """Make the replies unreadable for a while: `with away(): ...`."""

    def rename(old: str, new: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))

    @contextmanager
    def away_():
        rename("reply", "reply_away")
        try:
            yield
        finally:
            db.session.rollback()
            rename("reply_away", "reply")

    return away_


@pytest.mark.one_database
def test_an_article_can_be_read_while_the_database_is_away(client, away):
    with away():
        answer = client.get(ARTICLE)
    assert (answer.status_code, 'id="reply-form"' in answer.text) == (200, False)


@pytest.mark.one_database
def test_words_sent_while_the_database_is_away_are_given_back(client, fill, away):
    sent = fill()
    with away():
        answer = client.post(ARTICLE, data=sent)
    assert (answer.status_code, fields(answer.text)["text"]) == (503, ROSA["text"])
    assert client.post(ARTICLE, data=fields(answer.text)).status_code == 303


def test_a_doubt_holds_and_never_deletes(app):
    leave(doubt=Doubt.TRAP)
    assert [(reply.state, reply.doubt) for reply in replies()] == [(State.HELD, Doubt.TRAP)]


def test_a_thread_that_closes_between_form_and_keeping_takes_nothing(app):
    close()
    with pytest.raises(actions.ThreadClosedError):
        leave()
    assert replies() == []
