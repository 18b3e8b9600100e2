"""A thread finds its person, or makes a lead; it never overwrites what is known."""

import pytest
import sqlalchemy as sa

from portal.chat import saying
from portal.clock import now
from portal.extensions import db
from portal.leads import search
from portal.leads.models import Activity, Lead, Status
from tests.chat.conftest import ROBIN, again, make_lead, who


def leads() -> list[Lead]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Lead).order_by(Lead.id)))


def tells(thread, **typed: str) -> None:
    saying.tell_who(thread.public_id, who(**typed), at=now())


def test_a_chat_without_a_name_is_no_lead(begins):
    thread = begins()
    tells(thread, name="Robin")
    assert (leads(), again(thread).name) == ([], "Robin")


def test_an_address_makes_a_lead_that_the_desk_finds(begins):
    thread = begins()
    tells(thread, name="Robin Test", email=ROBIN)
    (lead,) = leads()
    assert (lead.name, lead.email, lead.status) == ("Robin Test", ROBIN, Status.UNFINISHED)
    assert again(thread).lead_id == lead.id
    assert search.matching("robin") == [lead.id]
    assert list(db.session.scalars(sa.select(Activity.kind))) == ["chatted"]


@pytest.mark.parametrize("typed", [{"email": "Robin+gym@EXAMPLE.com"}, {"phone": "(312) 555-0123"}])
def test_a_known_person_is_joined_and_nothing_of_theirs_changes(begins, app, typed):
    lead = make_lead("Robin Known")
    lead.email = lead.email_key = ROBIN
    lead.phone, lead.phone_e164 = "312 555 0123", "+13125550123"
    db.session.commit()
    thread = begins()
    tells(thread, name="Somebody Else", **typed)
    (known,) = leads()
    assert again(thread).lead_id == known.id
    assert (known.name, known.email, known.phone) == ("Robin Known", ROBIN, "312 555 0123")
    assert again(thread).name == "Somebody Else"


def test_a_known_person_without_a_phone_gets_none_from_a_chat(begins, app):
    lead = make_lead("Robin Known")
    lead.email = lead.email_key = ROBIN
    lead.phone = None
    db.session.commit()
    tells(begins(), email=ROBIN, phone="312-555-0123")
    assert [(each.phone, each.phone_e164) for each in leads()] == [(None, None)]


def test_a_lead_that_the_chat_made_without_a_name_gets_the_one_that_comes_later(begins):
    thread = begins()
    tells(thread, email=ROBIN)
    assert leads()[0].name == "Somebody from the chat"
    tells(thread, name="Robin Test")
    assert leads()[0].name == "Robin Test"
    tells(thread, name="Robin Other")
    assert leads()[0].name == "Robin Test"


def test_a_thread_stays_with_its_person(begins):
    thread = begins()
    tells(thread, name="Robin Test", email=ROBIN)
    tells(thread, email="ada@example.com")
    assert [each.email for each in leads()] == [ROBIN]
    assert again(thread).email == "ada@example.com"


def test_a_number_that_identifies_nobody_makes_no_lead(begins):
    thread = begins()
    tells(thread, phone="555-0123")
    assert (leads(), again(thread).phone) == ([], "555-0123")
