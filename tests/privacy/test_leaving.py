"""Somebody with a session to come is erased: the time is free, and both sides are told."""

import icalendar
import pytest
from sqlalchemy import select

from portal.booking import actions
from portal.booking.models import BookedCell, Booking
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings
from portal.leads.models import Enquiry
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.privacy import erasing
from tests.booking.conftest import TUESDAY_10, ask, make_coach

NAME = "Canarina Test"


def book(enquiry: Enquiry) -> Booking:
    return actions.book(enquiry.public_id, Wish(TUESDAY_10), hand=Hand(now(), settings()))


@pytest.fixture
def booked(app) -> Booking:
    make_coach("Amir Test")
    return book(ask(name=NAME))


def erase(lead_id: int) -> None:
    erasing.erase(lead_id, because="person", at=now(), say_so=True)


def letters() -> dict[str, tuple[str, outbox.Letter]]:
    """Return what waits in the outbox by kind: to whom, and the letter."""
    return {
        row.kind: (row.recipient, outbox.unseal(row.uid, row.content))
        for row in db.session.scalars(select(OutboxMail))
    }


def test_time_of_somebody_erased_is_free_at_once(booked):
    lead_id = booked.lead_id
    erase(lead_id)
    assert db.session.scalars(select(BookedCell)).all() == []
    assert book(ask()).starts_at == TUESDAY_10


def test_coach_is_told_the_time_and_no_name(booked):
    coach = booked.coach.email
    erase(booked.lead_id)
    [(kind, (recipient, letter))] = letters().items()
    assert (kind, recipient) == ("session_off", coach)
    assert "Nobody comes on Tuesday, November 24 at 10 am, Chicago time." in letter.text
    assert not {part for part in NAME.split()[:1] if part in letter.text + letter.html}
    assert db.session.scalars(select(OutboxMail.reference)).all() == [None]


def test_last_note_takes_the_session_out_of_the_calendar(app, booked, monkeypatch):
    monkeypatch.setitem(app.extensions["settings"].mail, "MAIL_SERVER", "localhost")
    email, uid = booked.lead.email, booked.uid
    erase(booked.lead_id)
    recipient, letter = letters()["data_deleted"]
    assert recipient == email
    assert "Tuesday, November 24 at 10 am, Chicago time is cancelled" in letter.text
    [file] = letter.attachments
    calendar = icalendar.Calendar.from_ical(file.text)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("CANCEL", uid, 1)


def test_nobody_is_told_of_a_session_that_is_over(booked, clock):
    clock.advance(days=3)
    erase(booked.lead_id)
    assert letters() == {}


def test_coach_hears_nothing_of_somebody_without_a_session(app):
    erase(ask().lead_id)
    assert letters() == {}
