"""What happens between the steps of a plan: holds, clearances, consents, and people who leave."""

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Purpose
from portal.mail.models import MailState, OutboxMail
from portal.privacy import consents


def plan_mail() -> dict[str, str]:
    """The mails that lead to a plan, and where each stands."""
    found = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind.startswith("plan_")))
    return {mail.kind: mail.state.value for mail in found}


def test_no_mail_leads_to_a_plan_whose_answers_were_taken_back(given):
    lead, person = given()
    person.press("/reminders", "/reminders", hour="8")
    assert set(plan_mail().values()) == {MailState.READY}
    consents.withdraw(lead.id, Purpose.HEALTH, at=now())
    assert plan_mail() == dict.fromkeys(("plan_ready", "plan_reminder"), MailState.CANCELLED)
