"""No health row without an active consent; taking one back hides, rests and says so, at once."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.clock import now
from portal.extensions import db
from portal.intake import handover, notices, queries
from portal.intake.models import Decision, Intake
from portal.leads import notices as lead_notices
from portal.leads.links import health_check_token
from portal.leads.models import Activity, Consent, Purpose, Status
from portal.mail import worker
from portal.mail.models import MailState, OutboxMail
from portal.orm import WITH_HIDDEN
from portal.privacy import consents, mailing
from tests.privacy.conftest import URGENT, again, agree
from tests.test_migrations import any_row

COPY_INTAKE = """INSERT INTO intake (public_id, enquiry_id, consent_id, answers,
    questionnaire_version, version, started_at, updated_at, hidden_at)
    SELECT 'by-hand', enquiry_id, :consent, answers, questionnaire_version, 1, started_at,
    updated_at, :hidden FROM intake"""
COPY_DECISION = """INSERT INTO decision (public_id, intake_id, disposition, timeframe, hold,
    complete, reasons, answer_hash, questionnaire_version, ruleset_version, decided_at)
    SELECT 'by-hand', intake_id, disposition, timeframe, hold, complete, reasons, answer_hash,
    questionnaire_version, ruleset_version, decided_at FROM decision LIMIT 1"""


def by_hand(statement: str, **values: object) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def health_of(lead_id: int) -> Consent:
    return consents.standing(lead_id)[Purpose.HEALTH].given


def ids(model, *, hidden: bool = False) -> list[int]:
    query = sa.select(model.id).order_by(model.id)
    return list(db.session.scalars(query, execution_options={WITH_HIDDEN: hidden}))


@pytest.mark.parametrize("purpose", [Purpose.CONTACT, Purpose.MARKETING, None])
def test_answers_written_by_hand_are_refused_without_a_health_consent(told, purpose):
    lead_id = told().lead_id
    by_hand("UPDATE intake SET enquiry_id = enquiry_id")
    consent = consents.standing(lead_id)[purpose].given.id if purpose else 987_654
    db.session.rollback()
    with pytest.raises(IntegrityError):
        by_hand(COPY_INTAKE, consent=consent, hidden=None)


@pytest.mark.parametrize("hidden", [None, "2026-11-22 18:00:00+00:00"])
def test_answers_written_by_hand_are_refused_under_a_withdrawn_consent(told, hidden):
    lead_id = told().lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    consent = health_of(lead_id).id
    db.session.rollback()
    with pytest.raises(IntegrityError):
        by_hand(COPY_INTAKE, consent=consent, hidden=hidden)


def test_somebody_elses_consent_does_not_do(told):
    told()
    other = health_of(told("Jo Test").lead_id).id
    db.session.rollback()
    with pytest.raises(IntegrityError):
        by_hand(
            "UPDATE intake SET consent_id = :consent WHERE consent_id <> :consent", consent=other
        )


def test_a_decision_written_by_hand_is_refused_once_the_consent_is_gone(told):
    consents.withdraw(told().lead_id, Purpose.HEALTH, at=now())
    db.session.rollback()
    with pytest.raises(IntegrityError):
        by_hand(COPY_DECISION)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent SET withdrawn_at = NULL",
        "UPDATE consent SET purpose = 'health'",
        "UPDATE consent SET wording = 'I agree to anything'",
        "UPDATE intake SET hidden_at = NULL",
    ],
)
def test_what_was_taken_back_stays_taken_back(told, change):
    consents.withdraw(told().lead_id, Purpose.HEALTH, at=now())
    db.session.rollback()
    with pytest.raises(IntegrityError):
        by_hand(change)


def test_deleting_the_consent_deletes_the_health_rows(told):
    told()
    by_hand("DELETE FROM consent WHERE purpose = 'health'")
    assert (ids(Intake, hidden=True), ids(Decision, hidden=True)) == ([], [])


def test_each_consent_keeps_its_words_their_version_and_their_hash(told):
    given = consents.of_lead(told().lead_id)
    assert {each.purpose: each.wording for each in given} == {
        Purpose.CONTACT: "I agree to contact",
        Purpose.MARKETING: "I agree to marketing",
        Purpose.HEALTH: "I agree",
    }
    hashes = [hashlib.sha256(each.wording.encode()).hexdigest() for each in given]
    assert [each.wording_hash for each in given] == hashes
    assert all(each.wording_version for each in given)


def test_withdrawing_health_hides_it_from_every_query_at_once(told):
    enquiry = told(**URGENT)
    lead_id, enquiry_id, public_id = enquiry.lead_id, enquiry.id, enquiry.public_id
    assert consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    assert queries.latest_decision(lead_id) is None
    assert queries.intake_of(enquiry_id) is None
    with pytest.raises(sa.exc.NoResultFound):
        queries.begun(public_id)
    assert (ids(Intake), ids(Decision)) == ([], [])
    assert len(ids(Intake, hidden=True)) == 1
    joined = sa.select(Decision.id).join(Intake, Decision.intake_id == Intake.id)
    assert db.session.scalars(joined).all() == []


def test_withdrawing_health_leaves_nothing_of_it_on_the_lead_or_in_its_story(told):
    lead_id = told(**URGENT).lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    lead = again(lead_id)
    assert (lead.disposition, lead.timeframe, lead.screened_at) == (None, None, None)
    assert (lead.hold, lead.status) == ("all", Status.UNFINISHED)
    kinds = db.session.scalars(sa.select(Activity.kind).order_by(Activity.id)).all()
    assert kinds == ["health_check_started", "health_withdrawn"]


def test_withdrawing_twice_is_once(told):
    lead_id = told().lead_id
    assert consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    assert not consents.withdraw(lead_id, Purpose.HEALTH, at=now() + timedelta(days=1))
    assert health_of(lead_id).withdrawn_at == now()


def test_a_coach_finds_no_answers_after_a_withdrawal(told, jules):
    lead_id = told(**URGENT).lead_id
    assert jules.get(f"/desk/leads/{lead_id}/answers").status_code == 200
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    assert jules.get(f"/desk/leads/{lead_id}/answers").status_code == 404
    assert "Urgent advice shown" not in jules.get(f"/desk/leads/{lead_id}").text


def test_the_person_may_begin_anew_with_a_new_consent(told, starts, clock):
    enquiry = told()
    consents.withdraw(enquiry.lead_id, Purpose.HEALTH, at=now())
    clock.advance(minutes=1)
    walker = starts(enquiry)
    walker.walk()
    assert len(ids(Intake)) == 1
    assert consents.standing(enquiry.lead_id)[Purpose.HEALTH].holds


def test_the_old_result_link_leads_to_the_first_page_again(told, client):
    enquiry = told()
    consents.withdraw(enquiry.lead_id, Purpose.HEALTH, at=now())
    answer = client.get(f"/health-check/{health_check_token(enquiry)}/result")
    assert (answer.status_code, answer.location) == (
        302,
        f"/health-check/{health_check_token(enquiry)}/",
    )


def test_later_steps_learn_of_a_withdrawal_inside_it(app, told, monkeypatch):
    heard = []
    monkeypatch.setitem(app.extensions, handover.WITHDRAWALS, [])
    handover.listen_for_withdrawal(app, lambda lead, at: heard.append((lead.id, at)))
    lead_id = told().lead_id
    consents.withdraw(lead_id, Purpose.HEALTH, at=now())
    assert heard == [(lead_id, now())]


@pytest.mark.parametrize(
    ("purpose", "state"),
    [
        (Purpose.CONTACT, MailState.CANCELLED),
        (Purpose.MARKETING, MailState.READY),
        (Purpose.HEALTH, MailState.READY),
    ],
)
def test_withdrawing_contact_rests_the_reminders(asks, purpose, state):
    enquiry = asks()
    agree(enquiry, purpose)
    lead_notices.finish_check(enquiry, at=now())
    db.session.commit()
    consents.withdraw(enquiry.lead_id, purpose, at=now())
    assert [mail.state for mail in db.session.scalars(sa.select(OutboxMail))] == [state]


def test_what_the_person_asks_for_still_goes_out_after_contact_is_withdrawn(asks):
    enquiry = asks()
    agree(enquiry, Purpose.CONTACT)
    notices.resume_link(enquiry, at=now())
    lead_notices.staff_alert(enquiry)
    lead_notices.finish_check(enquiry, at=now())
    db.session.commit()
    consents.withdraw(enquiry.lead_id, Purpose.CONTACT, at=now())
    resting = {m.uid: mailing.rests(m) for m in db.session.scalars(sa.select(OutboxMail))}
    assert sorted(resting.values()) == [False, False, True]
    assert resting[f"finish_check:{enquiry.public_id}:{enquiry.lead.version}:1"]


def test_the_worker_keeps_home_what_was_queued_after_a_withdrawal(asks, app, monkeypatch):
    posted = []
    monkeypatch.setattr(worker, "post", posted.append)
    monkeypatch.setitem(app.extensions["settings"].mail, "MAIL_SERVER", "localhost")
    enquiry = asks()
    agree(enquiry, Purpose.CONTACT)
    consents.withdraw(enquiry.lead_id, Purpose.CONTACT, at=now())
    lead_notices.finish_check(enquiry, at=now())
    db.session.commit()
    assert worker.drain(at=now() + timedelta(hours=1)) == 1
    assert posted == []
    assert [m.state for m in db.session.scalars(sa.select(OutboxMail))] == [MailState.CANCELLED]


def test_agreeing_again_lets_mail_flow_again(asks, clock):
    enquiry = asks()
    agree(enquiry, Purpose.CONTACT)
    consents.withdraw(enquiry.lead_id, Purpose.CONTACT, at=now())
    clock.advance(minutes=1)
    agree(enquiry, Purpose.CONTACT)
    lead_notices.finish_check(enquiry, at=now())
    db.session.commit()
    assert [mailing.rests(m) for m in db.session.scalars(sa.select(OutboxMail))] == [False]


@pytest.mark.parametrize(
    "name", ["assessment", "plan", "plan_change", "plan_task", "session_log", "referral"]
)
def test_what_rests_on_health_answers_cannot_be_written_without_a_consent(app, name):
    live = sa.MetaData()
    live.reflect(db.engine, only=[name])
    with (
        pytest.raises(IntegrityError, match="no health row without an active health consent"),
        db.engine.begin() as connection,
    ):
        connection.execute(live.tables[name].insert().values(any_row(live.tables[name])))
