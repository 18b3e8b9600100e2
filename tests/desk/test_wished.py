"""A time that was picked before the form, at the desk: in the studio's zone, free or gone."""

from datetime import timedelta

import pytest

from portal.booking import actions, picks, queries
from portal.booking.models import Place
from portal.booking.search import Search
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.leads import picked
from portal.leads.models import Disposition, Enquiry, Lead
from tests.booking.conftest import TUESDAY_10, make_coach
from tests.booking.test_times import PICKED
from tests.desk.conftest import form_on, make_lead
from tests.desk.test_lead import part_of, text_of

FREE = "Wished: Tuesday, November 24, 10 am, free."
GONE = "Wished: Tuesday, November 24, 10 am, gone."


@pytest.fixture
def amir(app):
    return make_coach("Amir Test")


@pytest.fixture
def robin(amir) -> Lead:
    return wishing(make_lead())


def wishing(lead: Lead, starts_at=TUESDAY_10, **looked) -> Lead:
    """Let a lead have picked a time before the form."""
    search = Search.read(looked, studio=settings().studio.zone)
    with transaction():
        enquiry = db.session.scalars(db.select(Enquiry).where(Enquiry.lead_id == lead.id)).one()
        enquiry.picked = picked.read(picks.sign(starts_at, search)).text
    return lead


def shown(desk, lead: Lead) -> str:
    return text_of(part_of(desk.page(lead), lead, "next"))


def test_a_wished_time_that_is_free_is_one_page_from_being_booked(dana, robin):
    assert FREE in shown(dana, robin)
    link = f"/desk/leads/{robin.id}/book?day=2026-11-24"
    assert f'<a class="dbtn" href="{link}">Book it</a>' in dana.page(robin)
    page = dana.get(link).text
    assert "picked the marked time before the form" in page
    form = form_on(page, f"/desk/leads/{robin.id}/book")
    dana.client.post(form.pop("action"), data={**form, "slot": PICKED.search(page)[1]})
    assert queries.live(robin.id).starts_at == TUESDAY_10
    assert "Wished" not in dana.page(robin)


def test_a_wished_time_that_somebody_has_is_gone(dana, robin):
    actions.book_for(make_lead("Kim Test").id, Wish(TUESDAY_10), hand=_hand(dana))
    assert GONE in shown(dana, robin)
    assert "Book another time" in shown(dana, robin)


def test_a_wished_time_that_has_gone_by_is_gone(dana, robin, clock):
    clock.move_to(TUESDAY_10 + timedelta(minutes=1))
    dana.stays()
    assert GONE in shown(dana, robin)


def test_the_notice_for_visitors_leaves_a_wished_time_free_for_the_desk(dana, robin, clock):
    clock.move_to(TUESDAY_10 - timedelta(minutes=5))
    dana.stays()
    assert FREE in shown(dana, robin)


def test_whoever_the_health_check_holds_is_not_offered_their_wished_time(dana, amir):
    lead = wishing(make_lead("Kim Test", Disposition.URGENT, hold="all"))
    assert FREE in shown(dana, lead)
    assert "Book it" not in shown(dana, lead)


def test_a_call_wished_in_another_zone_stands_in_the_studios_and_is_booked_in_theirs(dana, amir):
    lead = wishing(make_lead(), place="phone", zone="Pacific/Auckland", coach=str(amir.id))
    assert "Wished: Tuesday, November 24, 10 am, by phone, free." in shown(dana, lead)
    path = f"/desk/leads/{lead.id}/book"
    page = dana.get(f"{path}?day=2026-11-24&place=phone&coach={amir.id}").text
    form = form_on(page, path)
    dana.client.post(form.pop("action"), data={**form, "slot": PICKED.search(page)[1]})
    found = queries.live(lead.id)
    assert (found.place, found.their_zone) == (Place.PHONE, "Pacific/Auckland")


@pytest.mark.one_database
def test_whoever_picked_no_time_wished_for_none(dana, amir):
    assert "Wished" not in dana.page(make_lead())


def _hand(desk) -> Hand:
    return Hand(now(), settings(), desk.staff)
