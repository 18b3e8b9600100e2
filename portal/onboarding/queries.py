"""Questions about consults: which one is open, which was the last, what it says."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.extensions import db
from portal.leads.models import Lead
from portal.onboarding import sealing
from portal.onboarding.models import Assessment


def assessment(assessment_id: int) -> Assessment:
    """Return one consult; raise NoResultFound."""
    return db.session.scalars(select(Assessment).where(Assessment.id == assessment_id)).one()


def assessment_to_write(assessment_id: int) -> Assessment:
    """Return one consult with its row locked until the transaction ends; raise NoResultFound."""
    return db.session.scalars(
        select(Assessment)
        .where(Assessment.id == assessment_id)
        .with_for_update(of=Assessment)
        .execution_options(populate_existing=True)
    ).one()


def last_assessment(lead_id: int) -> Assessment | None:
    """Return the newest consult of somebody, finished or not."""
    return db.session.scalars(
        select(Assessment)
        .where(Assessment.lead_id == lead_id)
        .order_by(Assessment.id.desc())
        .limit(1)
    ).one_or_none()


def lead_to_write(lead_id: int) -> Lead:
    """Return a lead with its row locked until the transaction ends; raise NoResultFound."""
    return db.session.scalars(select(Lead).where(Lead.id == lead_id).with_for_update(of=Lead)).one()


def values_of(assessment: Assessment) -> Mapping[str, Any]:
    """Return what was written down at a consult, by key."""
    values: Mapping[str, Any] = sealing.read(assessment)
    return values
