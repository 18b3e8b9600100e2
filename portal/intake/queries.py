"""Questions about health checks: whose link this is, how far they are, what was decided."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select

from portal.extensions import db
from portal.intake.models import Decision, Intake
from portal.leads.models import Enquiry, Lead
from portal.mail import outbox


def enquiry(public_id: str) -> Enquiry:
    """Return the enquiry that a link belongs to; raise NoResultFound when it was erased."""
    return db.session.scalars(select(Enquiry).where(Enquiry.public_id == public_id)).one()


def enquiry_exists(public_id: str) -> bool:
    """Say whether an enquiry is still there."""
    found = select(Enquiry.id).where(Enquiry.public_id == public_id)
    return db.session.scalars(found).one_or_none() is not None


def link_is_queued(enquiry: Enquiry, *, at: datetime) -> bool:
    """Say whether a link to go on with was asked for within this hour."""
    return outbox.is_queued(resume_uid(enquiry, at=at))


def resume_uid(enquiry: Enquiry, *, at: datetime) -> str:
    """Return the name of the mail with that link: there is at most one an hour."""
    return f"finish_check:{enquiry.public_id}:{at:%Y%m%d%H}"


def intake_of(enquiry_id: int) -> Intake | None:
    """Return the enquiry's health check, None before its first page was sent."""
    return db.session.scalars(select(Intake).where(Intake.enquiry_id == enquiry_id)).one_or_none()


def begun(public_id: str) -> Intake:
    """Return the health check behind a link; raise NoResultFound before its first page was sent."""
    return db.session.scalars(
        select(Intake)
        .join(Enquiry, Intake.enquiry_id == Enquiry.id)
        .where(Enquiry.public_id == public_id)
    ).one()


def decision_on(intake_id: int) -> Decision | None:
    """Return the last decision on one health check."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.intake_id == intake_id)
        .order_by(Decision.id.desc())
        .limit(1)
    ).one_or_none()


def latest_decision(lead_id: int) -> Decision | None:
    """Return the last decision on any health check of a lead."""
    return db.session.scalars(
        select(Decision)
        .join(Intake, Decision.intake_id == Intake.id)
        .join(Enquiry, Intake.enquiry_id == Enquiry.id)
        .where(Enquiry.lead_id == lead_id)
        .order_by(Decision.id.desc())
        .limit(1)
    ).one_or_none()


def latest_decisions(lead_ids: Collection[int]) -> Mapping[int, Decision]:
    """Return the last decision of each of these leads who have one, in one question."""
    newest = (
        select(func.max(Decision.id))
        .join(Intake, Decision.intake_id == Intake.id)
        .join(Enquiry, Intake.enquiry_id == Enquiry.id)
        .where(Enquiry.lead_id.in_(lead_ids))
        .group_by(Enquiry.lead_id)
    )
    found = db.session.scalars(
        select(Decision).where(Decision.id.in_(newest)).order_by(Decision.id)
    ).all()
    return {decision.intake.enquiry.lead_id: decision for decision in found}


def lead_to_write(public_id: str) -> Lead:
    """Return the lead behind a link, its row locked until the transaction ends.

    Everything about one person waits for this lock: two tabs, a double press and the desk.
    """
    return db.session.scalars(
        select(Lead)
        .join(Enquiry, Enquiry.lead_id == Lead.id)
        .where(Enquiry.public_id == public_id)
        .with_for_update(of=Lead)
        .execution_options(populate_existing=True)
    ).one()
