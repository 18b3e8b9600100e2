"""From a chat to a time of one's own, by the link that was mailed to the address of the lead."""

import re

import pytest

from portal.booking import actions
from portal.chat import links, queries, saying
from portal.chat.joining import Who
from portal.chat.saying import Said
from portal.clock import now
from portal.leads.contact import read_email
from tests.booking.conftest import at
from tests.booking.test_pages import book_path, h1, hidden, manage_path, press, slots
from tests.booking.test_times import main


def chat(enquiry) -> str:
    """Begin a chat as this person, and return its page under the link that was mailed to them."""
    who = Who(email=read_email(enquiry.email))
    first = Said(key="k" * 32, text="Hello, is there a time this week?", who=who)
    thread = queries.named(saying.start(first, at=now()))
    return links.mailed_url(thread, enquiry.email).removeprefix("http://localhost")


def test_a_chat_leads_to_the_times_of_whoever_may_book(client, asks, amir):
    enquiry = asks()
    path = chat(enquiry)
    assert "Pick a time" in client.get(path).text
    there = client.get(f"{path}/on/time")
    assert there.location == book_path(enquiry)
    page = client.get(there.location).text
    assert h1(
        client.get(press(client, there.location, page=page, slot=slots(page)[0]).location).text
    ) == ("You are booked")


def test_a_chat_leads_anybody_to_the_free_times_and_a_form_that_knows_them(client, amir):
    who = Who(name="Robin Test", email=read_email("robin@example.com"))
    thread = queries.named(saying.start(Said(key="k" * 32, text="Hello", who=who), at=now()))
    path = f"/chat/{links.token(thread)}"
    assert client.get(path).text.count("See the free times") == 1
    there = client.get(f"{path}/on/time").location
    page = client.get(there).text
    asked = client.post(there, data={**hidden(main(page)), "slot": slots(page)[0]})
    form = main(client.get(asked.location).text)
    told = re.findall(r'name="(name|email)"[^>]* value="([^"]*)"', form)
    assert dict(told) == {"name": "Robin Test", "email": "robin@example.com"}
    assert form.count('name="picked" value="') == 1


def test_a_chat_leads_to_the_session_of_whoever_has_one(client, asks, amir, hand):
    enquiry = asks()
    booked = actions.book(enquiry.public_id, at(10), hand=hand())
    assert client.get(f"{chat(enquiry)}/on/time").location == manage_path(booked)


@pytest.mark.parametrize(
    "answers", [{"chest_pain": "now_12h"}, {"pain_sites": ["low_back"], "surgery": "lt_12w"}]
)
def test_a_chat_offers_no_time_to_whoever_must_wait(client, asks, amir, answers):
    path = chat(asks(**answers))
    assert "Pick a time" not in client.get(path).text
    assert client.get(f"{path}/on/time").location == path


def test_a_chat_offers_no_time_before_the_health_check(client, asks, amir):
    path = chat(asks(checked=False))
    assert "Pick a time" not in client.get(path).text
    assert client.get(f"{path}/on/time").location == path
