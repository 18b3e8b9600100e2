import re

import pytest
from sqlalchemy import func, select

from portal import create_app
from portal.chat.models import Thread
from portal.clock import now
from portal.demo import seeding
from portal.desk.actions import Press, claim
from portal.extensions import db
from portal.intake import reasons, recording
from portal.intake.models import Decision
from portal.leads.models import Disposition, Lead, Status
from portal.onboarding import clients
from portal.passes import days
from portal.passes.models import DayPass, State, WaiverSignature
from portal.referrals.models import Referral
from portal.referrals.models import State as Looked
from portal.referrals.queries import is_released
from portal.replies.models import Reply
from portal.staff.models import Staff
from tests.conftest import DEMO_KEYS, leave, make_settings


@pytest.fixture
def studio(demo_url, tmp_path):
    app = create_app(make_settings(tmp_path, demo_url, HEALTH_KEYS=DEMO_KEYS))
    with app.app_context():
        yield app
    leave(app)


def test_demo_shows_every_outcome(studio):
    shown = set(db.session.scalars(select(Lead.disposition).distinct()))
    assert shown == {*Disposition, None}


def test_demo_shows_every_state_but_spam(studio):
    assert set(db.session.scalars(select(Lead.status).distinct())) == {*Status} - {Status.HELD}
    assert db.session.scalar(select(func.count()).where(Lead.snoozed_until.is_not(None))) == 2
    assert db.session.scalar(select(func.count()).where(Lead.owner_id.is_not(None))) >= 2


def test_demo_is_marked_as_demo(studio):
    leads = db.session.scalars(select(Lead)).all()
    assert {lead.is_demo for lead in leads} == {True}
    assert {lead.email.partition("@")[2] for lead in leads} == {"example.com"}
    assert all(re.fullmatch(r"\d{3}-555-01\d\d", lead.phone) for lead in leads)


def test_demo_decisions_are_the_rules_own(studio):
    for decision in db.session.scalars(select(Decision)):
        why = reasons.read(decision)
        assert recording.stands(decision, why.answers)
        lead, cleared = decision.intake.enquiry.lead, is_released(decision)
        assert lead.disposition is (Disposition.CAUTION if cleared else decision.disposition)


def test_demo_shows_every_state_of_a_referral_that_is_not_over(studio):
    shown = set(db.session.scalars(select(Referral.state).distinct()))
    assert shown == {*Looked} - {Looked.EXPIRED}


def test_demo_accounts_are_printed_and_work(studio):
    client = studio.test_client(use_cookies=False)
    text = seeding.sign_ins(seeding.settings().instance)
    for email, password in re.findall(r"^  \w+ +(\S+) +(\S+)$", text, re.MULTILINE):
        page = client.get("/staff/sign-in").get_data(as_text=True)
        token = re.search(r"csrf_token\" value=\"([^\"]+)", page)[1]
        form = {"csrf_token": token, "email": email, "password": password}
        assert client.post("/staff/sign-in", data=form).location == "/desk/"


def test_seeding_leaves_a_used_database_alone(studio):
    before = db.session.scalar(select(func.count()).select_from(Lead))
    assert not seeding.seed_studio()
    assert db.session.scalar(select(func.count()).select_from(Lead)) == before == 40


def test_more_leads_are_all_but_closed_and_the_database_goes_on(studio, monkeypatch, clock):
    monkeypatch.setattr(seeding, "STILL_OPEN", 5)
    monkeypatch.setattr(seeding, "BATCH", 40)
    open_before = db.session.scalar(select(func.count()).where(Lead.open_rank.is_not(None)))
    seeding.add_leads(90)
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 130
    open_after = db.session.scalar(select(func.count()).where(Lead.open_rank.is_not(None)))
    assert open_after - open_before == 5
    lead = db.session.scalars(select(Lead).where(Lead.open_rank.is_not(None))).first()
    staff = db.session.scalars(select(Staff).order_by(Staff.id)).first()
    assert claim(
        Press(lead_id=lead.id, staff=staff, seen=lead.version, at=lead.created_at)
    ).kind == ("claimed")


def test_references_never_repeat():
    from portal.demo.rows import _reference  # noqa: PLC0415

    assert len({_reference(number) for number in range(50_000)}) == 50_000


def test_demo_shows_passes_for_now_to_sign_and_for_later(studio):
    today = days.today(now())
    found = db.session.execute(select(DayPass.state, DayPass.valid_on > today)).all()
    assert {tuple(one) for one in found} == {
        (State.READY, False),
        (State.USED, False),
        (State.READY, True),
    }
    signed = db.session.scalar(select(func.count()).select_from(WaiverSignature))
    assert 0 < signed < len(found)


def test_demo_has_clients_who_are_well_and_some_who_need_their_coach(studio):
    coach = db.session.scalars(select(Staff).where(Staff.email == "coach@demo.example")).one()
    found = clients.clients(clients.plans(coach), at=now())
    assert len(found) == 3
    assert [client.why for client in found][:1] != [()]
    assert [client.why for client in found][-1] == ()


def test_demo_has_a_chat_in_every_state_and_joins_them_to_its_own_people(studio):
    threads = db.session.scalars(select(Thread).order_by(Thread.id)).all()
    shown = [(one.state.value, one.open_rank, one.claimed_by_id is not None) for one in threads]
    assert shown == [
        ("waiting", 1, False),
        ("waiting", 1, True),
        ("closed", None, True),
        ("waiting", 0, False),
        ("answered", 1, True),
        ("waiting", None, False),
    ]
    assert [one.lead.is_demo for one in threads[:5]] == [True] * 5
    assert threads[4].wants_call
    assert threads[5].held_because


def test_demo_has_a_reply_to_read_and_one_that_is_answered(studio):
    found = db.session.scalars(select(Reply).order_by(Reply.id)).all()
    assert [(one.state.value, one.is_flagged) for one in found] == [
        ("held", False),
        ("published", False),
    ]
    assert [one.answer is not None for one in found] == [False, True]
