"""Two health checks of one person: what the first told stands until the second is whole."""

import pytest

from portal.clock import now
from portal.extensions import db, transaction
from portal.intake import queries
from portal.leads.models import RANK, Disposition, Kind, Lead, Status
from portal.mail.models import OutboxMail
from tests.desk.conftest import make_enquiry
from tests.intake.recorded import record_screening
from tests.referrals.conftest import EMERGENCY, URGENT

WHOLE, IN_PARTS = URGENT, {**URGENT, "surgery": None}


def answer(enquiry, answers):
    record_screening(enquiry, answers=answers, wording="I agree", at=now())
    return lead_of(enquiry)


def lead_of(enquiry) -> Lead:
    db.session.rollback()
    db.session.expire_all()
    return queries.enquiry(enquiry.public_id).lead


@pytest.fixture
def emergency(asks):
    first = asks()
    answer(first, EMERGENCY)
    return first


def alerts() -> int:
    return db.session.scalar(db.select(db.func.count()).where(OutboxMail.kind == "staff_alert"))


def test_an_emergency_is_not_lowered_by_the_beginning_of_another_health_check(emergency):
    due, rung = lead_of(emergency).due_at, alerts()
    second = make_enquiry(emergency.lead, kind=Kind.DAY_PASS)
    for _ in range(2):
        lead = answer(second, IN_PARTS)
        assert (lead.disposition, lead.open_rank) == (Disposition.EMERGENCY, 0)
        assert (lead.due_at, alerts()) == (due, rung)
    assert answer(second, WHOLE).disposition is Disposition.URGENT


def test_whoever_was_called_about_it_is_back_at_the_top(emergency, clock):
    with transaction():
        lead = queries.lead_to_write(emergency.public_id)
        lead.contacted(at=now(), due_at=now())
    clock.advance(minutes=30)
    rung = alerts()
    lead = answer(make_enquiry(emergency.lead), IN_PARTS)
    assert (lead.status, lead.open_rank) == (Status.WAITING, RANK[Disposition.EMERGENCY])
    assert (lead.due_at > now(), alerts()) == (True, rung + 1)


def test_an_emergency_that_the_desk_has_closed_is_over(emergency):
    with transaction():
        lead = queries.lead_to_write(emergency.public_id)
        lead.close(Status.DONE, at=now())
        lead.asked_again(at=now(), due_at=now())
    assert answer(make_enquiry(emergency.lead), IN_PARTS).disposition is Disposition.URGENT


def test_an_emergency_taken_back_where_it_was_told_is_over(emergency):
    assert answer(emergency, IN_PARTS).disposition is Disposition.URGENT
