"""Questions about people who asked: who is who, what they asked for, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, or_, select

from portal.extensions import db
from portal.leads.asked import KeyTakenError
from portal.leads.contact import Email, Phone
from portal.leads.models import Enquiry, Lead

PROPOSALS_FROM = 20


@dataclass(frozen=True)
class Proposal:
    """A value that somebody gave on a later form and that differs from what the lead has."""

    field: str
    text: str
    enquiry_id: int


def answered(*, key: str, body_hash: str) -> Enquiry | None:
    """Return what this very form opened before, None when it is new; raise KeyTakenError."""
    found = db.session.execute(
        select(Enquiry.id, Enquiry.body_hash).where(Enquiry.key == key)
    ).one_or_none()
    if found is None:
        return None
    if found.body_hash != body_hash:
        raise KeyTakenError
    return db.session.scalars(select(Enquiry).where(Enquiry.id == found.id)).one()


def lead(lead_id: int) -> Lead:
    """Return a lead; raise NoResultFound."""
    return db.session.scalars(select(Lead).where(Lead.id == lead_id)).one()


def lead_to_write(lead_id: int) -> Lead:
    """Return a lead with its row locked until the transaction ends; raise NoResultFound."""
    return db.session.scalars(select(Lead).where(Lead.id == lead_id).with_for_update(of=Lead)).one()


def known(email: Email | None, phone: Phone | None) -> tuple[Lead | None, Lead | None]:
    """Return the lead with this e-mail and the lead with this phone, locked in one order."""
    address, number = (email.key if email else None), (phone.e164 if phone else None)
    theirs = [Lead.email_key == address] if address else []
    if number:
        theirs.append(Lead.phone_e164 == number)
    query = select(Lead).where(or_(false(), *theirs)).order_by(Lead.id).with_for_update(of=Lead)
    found = db.session.scalars(query).all()
    by_email = next((lead for lead in found if address and lead.email_key == address), None)
    by_phone = next((lead for lead in found if number and lead.phone_e164 == number), None)
    return by_email, by_phone


def latest_enquiry(lead_id: int) -> Enquiry:
    """Return the last thing a lead asked for; raise NoResultFound."""
    return db.session.scalars(
        select(Enquiry).where(Enquiry.lead_id == lead_id).order_by(Enquiry.id.desc()).limit(1)
    ).one()


def enquiries(lead_id: int) -> Sequence[Enquiry]:
    """Return everything a lead asked for, newest first."""
    return db.session.scalars(
        select(Enquiry).where(Enquiry.lead_id == lead_id).order_by(Enquiry.id.desc())
    ).all()


def proposals(lead: Lead) -> list[Proposal]:
    """Return what later forms said otherwise than the lead, newest first, each value once."""
    found: dict[tuple[str, str], Proposal] = {}
    for enquiry in enquiries(lead.id)[:PROPOSALS_FROM]:
        for field in ("name", "email", "phone"):
            text = getattr(enquiry, field)
            if text and text != getattr(lead, field):
                found.setdefault((field, text), Proposal(field, text, enquiry.id))
    return list(found.values())
