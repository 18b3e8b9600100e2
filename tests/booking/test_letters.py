"""The invitation and the letters of a session, parsed back and read word by word."""

import re
from datetime import UTC, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from sqlalchemy import select

from portal.booking import actions, links, notices
from portal.booking.invitation import google_url, invitation, outlook_url
from portal.booking.models import Place, State
from portal.booking.wishes import Wish
from portal.extensions import db, settings
from portal.mail import outbox
from portal.mail.models import MailState, OutboxMail
from portal.mail.post import Parcel, _message
from tests.booking.conftest import TUESDAY_10, TUESDAY_11, at
from tests.golden import kept, written

GOLDEN = Path(__file__).parent / "golden"
HEALTH_WORDS = re.compile(
    r"\b(pain|back care|symptom|doctor|medical|bladder|numb\w*|cancer|chest|screening)\b",
    re.IGNORECASE,
)


@pytest.fixture
def booked(asks, amir, hand):
    return actions.book(asks(pain_sites=["low_back"]).public_id, at(10), hand=hand())


def letters(kind: str) -> list[outbox.Letter]:
    rows = db.session.scalars(
        select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id)
    )
    return [outbox.unseal(row.uid, row.content) for row in rows]


def event(text: str):
    calendar = icalendar.Calendar.from_ical(text)
    (found,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), found


def plain(text: str) -> str:
    """Return the words without what is new in every run: tokens and the reference."""
    text = re.sub(r"http://localhost/(book|manage)/[\w.=-]+", r"http://localhost/\1/TOKEN", text)
    return re.sub(r"TL-[0-9A-F]{5}", "TL-7K4Q2", text)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["booked", "moved", "cancelled", "reminder", "missed_you"])
def test_letter_reads_word_by_word(booked, amir, hand, kind, clock):
    if kind == "moved":
        actions.move(booked.id, Wish(TUESDAY_11), hand=hand())
    if kind == "cancelled":
        actions.cancel(booked.id, hand=hand())
    if kind == "missed_you":
        clock.move_to(TUESDAY_10 + timedelta(minutes=15))
        actions.showed(booked.id, State.NO_SHOW, hand=hand(amir), seen=1)
        actions.recover(booked.id, hand=hand(amir))
    letter = letters(kind)[0]
    for part in ("txt", "html"):
        text = plain(written(letter, part))
        assert text == kept(GOLDEN / f"{kind}.{part}", text)
        assert HEALTH_WORDS.findall(text) == []


@pytest.mark.one_database
def test_every_letter_says_weekday_date_time_and_zone(booked):
    for letter in (*letters("booked"), *letters("reminder")):
        for body in (letter.text, letter.html):
            assert "Tuesday, November 24 at 10 am, Chicago time" in body


def test_the_invitation_can_be_read_back(booked):
    (letter,) = letters("booked")
    method, found = event(letter.attachments[0].text)
    assert (method, str(found["UID"]), found["SEQUENCE"]) == ("REQUEST", booked.uid, 0)
    assert found["DTSTART"].dt.astimezone(UTC) == TUESDAY_10
    assert found["DTSTART"].params["TZID"] == "America/Chicago"
    assert found["DTEND"].dt - found["DTSTART"].dt == timedelta(minutes=20)
    assert "Tuesday, November 24 at 10 am, Chicago time" in str(found["DESCRIPTION"])
    calendar = icalendar.Calendar.from_ical(letter.attachments[0].text)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "America/Chicago"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}


def test_the_same_event_moves_and_is_called_off(booked, hand):
    actions.move(booked.id, Wish(TUESDAY_11), hand=hand())
    actions.cancel(booked.id, hand=hand())
    seen = [
        (method, str(found["UID"]), found["SEQUENCE"], str(found["STATUS"]))
        for kind in ("booked", "moved", "cancelled")
        for method, found in [event(letters(kind)[0].attachments[0].text)]
    ]
    assert seen == [
        ("REQUEST", booked.uid, 0, "CONFIRMED"),
        ("REQUEST", booked.uid, 1, "CONFIRMED"),
        ("CANCEL", booked.uid, 2, "CANCELLED"),
    ]


def test_the_file_to_download_is_today_s_truth(client, booked, hand):
    path = f"/manage/{links.manage_token(booked)}/consult.ics"
    answer = client.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert event(answer.text)[0] == "PUBLISH"
    actions.cancel(booked.id, hand=hand())
    assert event(client.get(path).text)[0] == "CANCEL"


def test_calendars_on_the_web_get_the_same_span(booked):
    studio = settings().studio
    google = parse_qs(urlsplit(google_url(booked, studio=studio, url="http://x")).query)
    outlook = parse_qs(urlsplit(outlook_url(booked, studio=studio, url="http://x")).query)
    assert google["dates"] == ["20261124T160000Z/20261124T162000Z"]
    assert outlook["startdt"] == ["2026-11-24T16:00:00+00:00"]


def test_a_mail_carries_its_invitation(booked):
    (letter,) = letters("booked")
    (part,) = sent(letter).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("consult.ics", "text/calendar")
    assert (part.get_param("method"), part.get_param("charset")) == ("REQUEST", "utf-8")


def test_a_name_in_any_letters_arrives_whole_in_the_calendar(asks, amir, hand):
    actions.book(asks(name="Zoë Łukasz").public_id, Wish(TUESDAY_10), hand=hand())
    (letter,) = letters("booked")
    (part,) = sent(letter).iter_attachments()
    _, found = event(part.get_content())
    assert found["ATTENDEE"].params["CN"] == "Zoë Łukasz"


def sent(letter) -> EmailMessage:
    """A letter as a mail program reads it from the wire."""
    message = _message(Parcel("robin@example.com", "<x@localhost>", letter))
    return message_from_bytes(message.as_bytes(), policy=default)


def test_an_old_row_without_attachments_opens(app):
    old = outbox.vault().seal("outbox_mail.content:old:1", '["Subject", "text", "<p>text</p>"]')
    assert outbox.unseal("old:1", old) == outbox.Letter("Subject", "text", "<p>text</p>")


def test_on_the_phone_the_invitation_says_so_in_both_zones(asks, amir, hand):
    wish = Wish(TUESDAY_10, place=Place.PHONE, their_zone="Europe/London")
    booking = actions.book(asks().public_id, wish, hand=hand())
    _, found = event(invitation(booking, studio=settings().studio, url="http://x"))
    assert str(found["LOCATION"]) == "By phone"
    assert (
        "Tuesday, November 24 at 4 pm, London time (Tuesday, November 24 at 10 am, Chicago time)"
    ) in str(found["DESCRIPTION"])
    assert letters("booked")[0].subject == "You are booked: Tue, Nov 24 at 4 pm"


def test_a_reminder_of_tomorrow_is_not_sent_on_the_day(booked):
    rows = db.session.scalars(
        select(OutboxMail).where(OutboxMail.kind == "reminder").order_by(OutboxMail.due)
    ).all()
    assert [row.subject for row in rows] == ["Tomorrow at 10 am", "Today at 10 am"]
    assert [row.due for row in rows] == [
        TUESDAY_10 - timedelta(days=1),
        TUESDAY_10 - timedelta(hours=2),
    ]
    assert [row.not_after for row in rows] == [TUESDAY_10 - timedelta(hours=10), TUESDAY_10]


def test_somebody_without_an_address_gets_no_mail(asks, amir, hand):
    enquiry = asks()
    enquiry.lead.email, enquiry.email = None, ""
    db.session.commit()
    actions.book(enquiry.public_id, at(10), hand=hand())
    assert letters("booked") == []


def test_the_day_before_is_the_same_time_on_the_wall_when_the_clocks_change():
    zone = settings_zone("America/Chicago")
    for day in ("2026-03-08", "2026-11-01"):
        starts = notices.datetime.fromisoformat(f"{day}T10:40").replace(tzinfo=zone)
        due = notices.remind_at(starts.astimezone(UTC), 1440, zone=zone).astimezone(zone)
        assert (due.hour, due.minute, (starts.date() - due.date()).days) == (10, 40, 1)


def settings_zone(name: str):
    return notices.ZoneInfo(name)


def test_cancelled_reminders_stay_cancelled(booked, hand):
    actions.cancel(booked.id, hand=hand())
    states = db.session.scalars(select(OutboxMail.state).where(OutboxMail.kind == "reminder")).all()
    assert states == [MailState.CANCELLED, MailState.CANCELLED]
