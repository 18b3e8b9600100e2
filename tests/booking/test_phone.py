"""A talk by phone: the number it needs, and moving to it and back."""

import re

import pytest
from sqlalchemy import select

from portal.booking import actions, links, queries
from portal.booking.models import Booking, Place
from portal.booking.wishes import NoNumberError, Wish
from portal.extensions import db, transaction
from portal.leads import search
from portal.leads.contact import Phone
from portal.leads.models import Lead
from portal.mail import outbox
from portal.mail.models import OutboxMail
from tests.booking.conftest import TUESDAY_10, TUESDAY_11, at
from tests.booking.test_pages import SLOT, book_path, hidden, manage_path, press

AUCKLAND = {"place": "phone", "zone": "Pacific/Auckland"}
BY_PHONE = "?place=phone&zone=Pacific/Auckland"
ASKS = "Your phone number"


@pytest.fixture
def silent(asks):
    """Somebody who asked for a consult and gave no number."""

    def ask():
        enquiry = asks()
        with transaction():
            enquiry.phone = enquiry.lead.phone = None
        return enquiry

    return ask


@pytest.fixture
def booked(asks, amir, hand) -> Booking:
    return actions.book(asks().public_id, at(10), hand=hand())


@pytest.fixture
def by_phone(asks, amir, hand) -> Booking:
    wish = Wish(TUESDAY_10, place=Place.PHONE, their_zone="Pacific/Auckland")
    return actions.book(asks().public_id, wish, hand=hand())


@pytest.mark.one_database
def test_number_is_asked_of_whoever_gave_none(client, silent, asks, amir):
    pages = {
        (who.lead.phone is None, way): ASKS in client.get(book_path(who) + way).text
        for who in (silent(), asks())
        for way in ("", BY_PHONE)
    }
    assert [key for key, shown in pages.items() if shown] == [(True, BY_PHONE)]


@pytest.mark.parametrize("typed", ["", "12", "no number", "3" * 41])
def test_nobody_is_booked_for_a_call_to_no_number(client, silent, amir, typed):
    path = book_path(silent()) + BY_PHONE
    answer = press(client, path, slot=SLOT, phone=typed)
    assert answer.status_code == 422
    assert 'href="#phone"' in answer.text
    assert f'name="phone" type="tel" value="{typed}"' in answer.text
    assert db.session.scalars(select(Booking)).all() == []


def test_time_stays_picked_while_the_number_is_asked_for(client, silent, amir):
    path = f"{book_path(silent())}?place=phone&zone=America/Chicago"
    answer = press(client, path, slot="2026-11-26T17:20:00Z", phone="")
    assert re.findall(r'value="([^"]+)" checked', answer.text) == ["2026-11-26T17:20:00Z"]


def test_number_is_kept_named_in_the_mail_and_found_again(client, silent, amir):
    enquiry = silent()
    answer = press(client, book_path(enquiry) + BY_PHONE, slot=SLOT, phone="(312) 555-0199")
    assert answer.status_code == 303
    lead = db.session.get_one(Lead, enquiry.lead_id)
    assert (lead.phone, lead.phone_e164) == ("(312) 555-0199", "+13125550199")
    assert search.matching("0199") == [lead.id]
    [letter] = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "booked"))
    assert "We call you on (312) 555-0199" in outbox.unseal(letter.uid, letter.content).text


def test_number_that_is_somebody_elses_identifies_nobody(silent, asks, amir, hand):
    other = asks().lead
    with transaction():
        other.phone_e164 = "+13125550199"
    enquiry = silent()
    wish = Wish(TUESDAY_10, place=Place.PHONE, phone=Phone("312-555-0199", "+13125550199"))
    actions.book(enquiry.public_id, wish, hand=hand())
    lead = db.session.get_one(Lead, enquiry.lead_id)
    assert (lead.phone, lead.phone_e164) == ("312-555-0199", None)


def test_number_never_replaces_one_that_is_known(asks, amir, hand):
    enquiry = asks()
    wish = Wish(TUESDAY_10, place=Place.PHONE, phone=Phone("1", "+13125550199"))
    actions.book(enquiry.public_id, wish, hand=hand())
    assert db.session.get_one(Lead, enquiry.lead_id).phone == "312-555-0142"


def test_refused_call_leaves_the_session_as_it_was(silent, amir, hand):
    booking = actions.book(silent().public_id, at(10), hand=hand())
    with pytest.raises(NoNumberError):
        actions.move(booking.id, Wish(TUESDAY_11, place=Place.PHONE), hand=hand())
    db.session.expire_all()
    found = queries.booking(booking.id)
    assert (found.starts_at, found.place, found.sequence) == (TUESDAY_10, Place.IN_PERSON, 0)


def test_session_in_the_studio_moves_to_the_phone(client, booked):
    path = f"{manage_path(booked)}{BY_PHONE}&step=move"
    assert press(client, path, slot=SLOT).status_code == 303
    found = queries.booking(booked.id)
    assert (found.place, found.their_zone, found.starts_at, found.sequence) == (
        Place.PHONE,
        "Pacific/Auckland",
        TUESDAY_10,
        1,
    )


def test_session_by_phone_moves_by_phone_in_its_own_zone(client, by_phone):
    page = client.get(f"{manage_path(by_phone)}?step=move&day=2026-11-25").text
    sent = hidden(page)
    assert {name: sent[name] for name in AUCKLAND} == AUCKLAND
    assert 'Wednesday, November 25 at </span><span class="nb">4:00 am' in page
    later = client.get(f"{manage_path(by_phone)}?step=move&place=phone&zone=Pacific/Auckland").text
    assert "place=in_person" in later
    press(client, manage_path(by_phone), page=page, slot="2026-11-24T17:00:00Z")
    found = queries.booking(by_phone.id)
    assert (found.place, found.their_zone) == (Place.PHONE, "Pacific/Auckland")


@pytest.mark.one_database
def test_call_at_the_same_time_takes_another_zone_once(by_phone, hand):
    zone = {"place": Place.PHONE, "their_zone": "Europe/London"}
    for _ in range(2):
        moved = actions.move(by_phone.id, Wish(by_phone.starts_at, **zone), hand=hand())
    assert (moved.their_zone, moved.sequence) == ("Europe/London", 1)


def test_session_by_phone_moves_to_the_studio(client, by_phone):
    path = f"{manage_path(by_phone)}?step=move&place=in_person"
    press(client, path, slot=SLOT)
    found = queries.booking(by_phone.id)
    assert (found.place, found.their_zone) == (Place.IN_PERSON, None)


def test_move_that_names_no_place_leaves_it(by_phone, hand):
    actions.move(by_phone.id, Wish(TUESDAY_11), hand=hand())
    found = queries.booking(by_phone.id)
    assert (found.place, found.their_zone) == (Place.PHONE, "Pacific/Auckland")


def test_move_asks_for_the_number_on_its_own_page(client, silent, amir, hand):
    booking = actions.book(silent().public_id, at(10), hand=hand())
    path = f"/manage/{links.manage_token(booking)}?step=move&place=phone&zone=America/Chicago"
    for typed in ("", "nonsense"):
        answer = press(client, path, slot="2026-11-24T17:00:00Z", phone=typed)
        assert (answer.status_code, ASKS in answer.text) == (422, True)
    press(client, path, slot="2026-11-24T17:00:00Z", phone="312-555-0199")
    assert queries.booking(booking.id).place is Place.PHONE
