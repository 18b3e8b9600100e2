"""Questions about consults: which one is open, which was the last, what it says."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.extensions import db
from portal.leads.models import Lead
from portal.onboarding import sealing
from portal.onboarding.models import (
    Assessment,
    Plan,
    PlanChange,
    PlanState,
    PlanTask,
    SessionLog,
)


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


def plan(plan_id: int) -> Plan:
    """Return one plan; raise NoResultFound."""
    return db.session.scalars(select(Plan).where(Plan.id == plan_id)).one()


def plan_to_write(plan_id: int) -> Plan:
    """Return one plan, its person's row and its own locked until the transaction ends."""
    lead_to_write(plan(plan_id).lead_id)
    return db.session.scalars(
        select(Plan)
        .where(Plan.id == plan_id)
        .with_for_update(of=Plan)
        .execution_options(populate_existing=True)
    ).one()


def live_plan(lead_id: int) -> Plan | None:
    """Return the plan that somebody has now."""
    return db.session.scalars(
        select(Plan).where(Plan.lead_id == lead_id, Plan.state != PlanState.ENDED)
    ).one_or_none()


def changes(plan_id: int) -> Sequence[PlanChange]:
    """Return the story of a plan, newest first."""
    return db.session.scalars(
        select(PlanChange).where(PlanChange.plan_id == plan_id).order_by(PlanChange.id.desc())
    ).all()


def plan_by_link(public_id: str) -> Plan:
    """Return the plan behind a link; raise NoResultFound when it was erased."""
    return db.session.scalars(select(Plan).where(Plan.public_id == public_id)).one()


def logs(plan_id: int) -> Sequence[SessionLog]:
    """Return every session of a plan, oldest first."""
    return db.session.scalars(
        select(SessionLog).where(SessionLog.plan_id == plan_id).order_by(SessionLog.day)
    ).all()


def log_on(plan_id: int, day: date) -> SessionLog | None:
    """Return the session of one day."""
    return db.session.scalars(
        select(SessionLog).where(SessionLog.plan_id == plan_id, SessionLog.day == day)
    ).one_or_none()


def open_task(plan_id: int) -> PlanTask | None:
    """Return what a coach should look at about this plan."""
    return db.session.scalars(
        select(PlanTask).where(PlanTask.plan_id == plan_id, PlanTask.closed_at.is_(None))
    ).one_or_none()
