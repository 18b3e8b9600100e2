import pytest
from sqlalchemy.exc import NoResultFound

from portal.clock import now
from portal.extensions import transaction
from portal.leads import queries
from portal.leads.asked import KeyTakenError
from portal.leads.links import health_check_token, health_check_url, read_health_check_token
from portal.leads.models import Activity, Enquiry, Lead
from portal.leads.queries import Proposal
from portal.leads.story import tell
from portal.tokens import DeadLinkError
from tests.leads.conftest import rows


def test_form_is_new_answered_or_taken(ask):
    ask()
    enquiry = rows(Enquiry)[0]
    assert queries.answered(key="0" * 32, body_hash=enquiry.body_hash) is None
    assert queries.answered(key=enquiry.key, body_hash=enquiry.body_hash) == enquiry
    with pytest.raises(KeyTakenError):
        queries.answered(key=enquiry.key, body_hash="0" * 64)


def test_lead_that_is_not_there_is_no_result(app):
    for question in (queries.lead, queries.lead_to_write, queries.latest_enquiry):
        with pytest.raises(NoResultFound):
            question(1)


def test_enquiries_are_newest_first(ask, only_lead):
    ask()
    ask("/day-pass", visit_on="2026-11-28")
    lead = only_lead()
    assert [enquiry.kind for enquiry in queries.enquiries(lead.id)] == ["day_pass", "consult"]
    assert queries.latest_enquiry(lead.id).kind == "day_pass"
    assert queries.lead(lead.id) == queries.lead_to_write(lead.id) == lead


def test_what_later_forms_said_otherwise_is_proposed_once(ask, only_lead):
    ask()
    assert queries.proposals(only_lead()) == []
    for _ in range(2):
        ask(name="Robin T", email="robin+new@example.com", phone="")
    last = rows(Enquiry)[-1].id
    assert queries.proposals(only_lead()) == [
        Proposal("name", "Robin T", last),
        Proposal("email", "robin+new@example.com", last),
    ]


def test_link_is_the_same_each_time_and_lives_for_seven_days(ask, clock):
    location = ask().headers["Location"]
    enquiry = rows(Enquiry)[0]
    token = health_check_token(enquiry)
    clock.advance(days=6, hours=23)
    assert health_check_token(enquiry) == token
    assert location == f"/health-check/{token}/"
    assert health_check_url(enquiry) == f"http://localhost/health-check/{token}/"
    assert read_health_check_token(token) == enquiry.public_id
    clock.advance(hours=1)
    with pytest.raises(DeadLinkError):
        read_health_check_token(token)


def test_story_of_a_step_keeps_who_did_it_and_what_an_undo_puts_back(ask, only_lead, member):
    ask()
    with transaction():
        lead = only_lead()
        before = lead.state()
        lead.claim(member, at=now())
        tell(lead, "claimed", at=now(), staff=member, before=before, kind="x")
    line = rows(Activity)[-1]
    assert (line.kind, line.staff_id, line.version) == ("claimed", member.id, only_lead().version)
    assert (line.before, line.detail) == (before, {"kind": "x"})


def test_story_can_begin_with_a_lead_that_is_not_kept_yet(app):
    with transaction():
        lead = Lead(ref="TL-1", name="Robin Test", status="unfinished", version=0, created_at=now())
        lead.touched(at=now())
        tell(lead, "asked", at=now())
    assert [line.kind for line in rows(Activity)] == ["asked"]
