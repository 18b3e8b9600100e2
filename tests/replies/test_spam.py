"""Spam and floods: held apart, limited, never deleted and never told."""

import pytest

from portal.replies.models import Doubt
from tests.leads.test_views import problems
from tests.replies.conftest import ARTICLE, ROSA, fields, leave, replies

SIXTY = 60


def doubts() -> list[Doubt | None]:
    return [reply.doubt for reply in replies()]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "doubt"),
    [
        ({}, None),
        ({"text": "Read https://example.com/a for more"}, None),
        ({"text": "Mail me: rosa@mail.example, or see page 3.5"}, None),
        ({"text": "https://a.example and www.b.example"}, Doubt.LINKS),
        ({"text": "cheap-pills.com, cheap-pills.net"}, Doubt.LINKS),
        ({"name": "cheap-pills.com"}, Doubt.LINKS),
        ({"message": "I fill in everything"}, Doubt.TRAP),
    ],
)
def test_what_no_reader_would_send_is_held_apart(write, typed, doubt):
    assert write(**typed).status_code == 303
    assert doubts() == [doubt]


@pytest.mark.one_database
def test_a_form_sent_at_once_is_held_apart(client):
    sent = fields(client.get(ARTICLE).text) | ROSA
    assert client.post(ARTICLE, data=sent).status_code == 303
    assert doubts() == [Doubt.HASTE]


@pytest.mark.one_database
def test_a_borrowed_token_is_held_apart_and_a_forged_one_given_back(client, fill):
    other = fill()
    sent = fill() | {"csrf_token": other["csrf_token"]}
    assert client.post(ARTICLE, data=sent).status_code == 303
    assert doubts() == [Doubt.BORROWED]
    assert client.post(ARTICLE, data=fill() | {"csrf_token": "forged"}).status_code == 422


@pytest.mark.one_database
def test_spam_and_readers_read_the_same_thanks(client, write):
    pages = [client.get(write(message=text).location).text for text in ("", "spam")]
    titles = [page.partition("<h1")[2].partition("</h1>")[0] for page in pages]
    assert titles[0] == titles[1]


def test_the_fourth_that_waits_from_one_writer_is_held_apart(app):
    for number in range(4):
        leave(f"Reply {number}", email=f"Rosa+{number}@example.com")
    leave("From somebody else", email="jo@example.com")
    assert doubts() == [None, None, None, Doubt.MANY, None]


@pytest.mark.one_database
def test_a_flood_from_one_address_ends_at_the_limit_with_kind_words(client, fill):
    for number in range(SIXTY):
        sent = fill(text=f"Buy {number}", email=f"bot{number}@example.com")
        assert client.post(ARTICLE, data=sent).status_code == 303
    sent = fill(text="I only wanted to say thanks")
    answer = client.post(ARTICLE, data=sent)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert problems(answer) == [
        "You have sent this several times. Wait 10 minutes, or call 555-010-0142."
    ]
    assert fields(answer.text)["text"] == "I only wanted to say thanks"
    assert len(replies()) == SIXTY
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post(ARTICLE, data=sent, environ_overrides=elsewhere).status_code == 303
    assert client.get(ARTICLE).text.count("Buy") == 0
