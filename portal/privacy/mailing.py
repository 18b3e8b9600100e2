"""Which mail rests when somebody takes a consent back, and which still goes because they asked.

An answer to something the person did goes out whatever they agreed to. Everything else that is
written to them counts as contact, also a kind that nobody has listed here: forgetting one keeps it
at home. Mail to the studio itself is no contact.
"""

from flask import Flask
from sqlalchemy import select, update

from portal.extensions import db, settings
from portal.leads.models import Consent, Lead, Purpose
from portal.mail import resting
from portal.mail.models import MailState, OutboxMail

MARKETING: frozenset[str] = frozenset()
"""Kinds that are sent on the consent to marketing alone; the portal sends none so far."""
ANSWERS = frozenset(
    {
        "booked",
        "moved",
        "cancelled",
        "day_pass",
        "pass_moved",
        "request_received",
        "referral_link",
        "pick_a_time",
        "not_yet",
        "plan_link",
        "privacy_link",
        "data_deleted",
        "complaint_received",
        "complaint_answered",
        "chat_answer",
    }
)
ASKED_FOR = "finish_check"
REMINDER = ":1"
"""How the `uid` of the unasked reminder ends; the link that somebody asked for ends in an hour."""


def install(app: Flask) -> None:
    """Let the worker ask before it sends."""
    resting.ask(app, rests)


def purpose_of(mail: OutboxMail | resting.Addressed) -> Purpose | None:
    """Return the consent that a message to a person needs; None for one that needs none."""
    if mail.kind in MARKETING:
        return Purpose.MARKETING
    asked_for = mail.kind == ASKED_FOR and not mail.uid.endswith(REMINDER)
    if mail.kind in ANSWERS or asked_for or mail.recipient == settings().studio.email:
        return None
    return Purpose.CONTACT


def rests(mail: resting.Addressed) -> bool:
    """Say whether a message about to be sent has lost the consent it needs.

    Somebody who never gave one, such as a walk-in whom the desk wrote down, has taken none back.
    """
    purpose = purpose_of(mail)
    if purpose is None or mail.reference is None:
        return False
    given = db.session.scalars(
        select(Consent.withdrawn_at)
        .join(Lead, Consent.lead_id == Lead.id)
        .where(Lead.ref == mail.reference, Consent.purpose == purpose)
    ).all()
    return bool(given or purpose is Purpose.MARKETING) and None not in given


def rest(lead: Lead, purpose: Purpose) -> None:
    """Cancel, in the caller's transaction, what waits for somebody and needed this consent."""
    waiting = db.session.scalars(
        select(OutboxMail).where(
            OutboxMail.reference == lead.ref, OutboxMail.state == MailState.READY
        )
    ).all()
    idle = [mail.id for mail in waiting if purpose_of(mail) is purpose]
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id.in_(idle), OutboxMail.state == MailState.READY)
        .values(state=MailState.CANCELLED)
    )
