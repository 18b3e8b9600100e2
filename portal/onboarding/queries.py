"""Questions about consults: which one is open, which was the last, what it says."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select

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
from portal.staff.models import Role, Staff


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


def looked_after_by(staff_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Say whether a plan is this coach's; those of a coach who has left are every coach's."""
    coaches = select(Staff.id).where(Staff.active.is_(True), Staff.role != Role.DESK)
    return or_(Plan.coach_id == staff_id, Plan.coach_id.not_in(coaches))


def changes(plan_id: int) -> Sequence[PlanChange]:
    """Return the story of a plan, newest first."""
    return db.session.scalars(
        select(PlanChange).where(PlanChange.plan_id == plan_id).order_by(PlanChange.id.desc())
    ).all()


def plan_by_link(public_id: str) -> Plan:
    """Return the plan behind a link; raise NoResultFound when it was erased."""
    return db.session.scalars(select(Plan).where(Plan.public_id == public_id)).one()


def plan_of_address(email_key: str) -> Plan | None:
    """Return the plan that somebody with this address trains by, or that waits for them."""
    return db.session.scalars(
        select(Plan)
        .join(Lead, Plan.lead_id == Lead.id)
        .where(Lead.email_key == email_key, Plan.state.in_((PlanState.ACTIVE, PlanState.STOPPED)))
    ).one_or_none()


def plan_to_open(public_id: str) -> Plan:
    """Return the plan behind a link, or what has taken its place; raise NoResultFound."""
    found = plan_by_link(public_id)
    return found if found.is_live else (live_plan(found.lead_id) or found)


def logs(plan_id: int) -> Sequence[SessionLog]:
    """Return every session of a plan, oldest first."""
    return db.session.scalars(
        select(SessionLog).where(SessionLog.plan_id == plan_id).order_by(SessionLog.day)
    ).all()


def log_under_way(plan_id: int, day: date, *, since: datetime) -> SessionLog | None:
    """Return the session of a day, or one begun `since` then the evening before and not over."""
    goes_on = and_(SessionLog.finished_at.is_(None), SessionLog.started_at > since)
    return db.session.scalars(
        select(SessionLog)
        .where(SessionLog.plan_id == plan_id, or_(SessionLog.day == day, goes_on))
        .order_by(SessionLog.day)
        .limit(1)
    ).one_or_none()


def left_open(*, since: datetime, limit: int) -> Sequence[int]:
    """Return the sessions of live plans that nobody ended, begun before `since`, oldest first."""
    return db.session.scalars(
        select(SessionLog.id)
        .join(Plan, SessionLog.plan_id == Plan.id)
        .where(SessionLog.finished_at.is_(None), SessionLog.started_at <= since)
        .where(Plan.state.in_((PlanState.ACTIVE, PlanState.STOPPED)))
        .order_by(SessionLog.started_at, SessionLog.id)
        .limit(limit)
    ).all()


def log_to_write(log_id: int) -> SessionLog | None:
    """Return one session, its plan locked until the transaction ends; None when it is gone."""
    plan_id = db.session.scalar(select(SessionLog.plan_id).where(SessionLog.id == log_id))
    if plan_id is None:
        return None
    plan_to_write(plan_id)
    return db.session.get(SessionLog, log_id, populate_existing=True)


def logs_of(plan_ids: Collection[int]) -> Mapping[int, Sequence[SessionLog]]:
    """Return every session of each of these plans, oldest first, in one question."""
    found: dict[int, list[SessionLog]] = {plan_id: [] for plan_id in plan_ids}
    for log in db.session.scalars(
        select(SessionLog).where(SessionLog.plan_id.in_(plan_ids)).order_by(SessionLog.day)
    ):
        found[log.plan_id].append(log)
    return found


def open_tasks(plan_ids: Collection[int]) -> Mapping[int, PlanTask]:
    """Return what a coach should look at, by plan."""
    found = db.session.scalars(
        select(PlanTask)
        .where(PlanTask.plan_id.in_(plan_ids), PlanTask.closed_at.is_(None))
        .order_by(PlanTask.id)
    ).all()
    return {task.plan_id: task for task in found}


def open_task(plan_id: int) -> PlanTask | None:
    """Return what a coach should look at about this plan."""
    return db.session.scalars(
        select(PlanTask).where(PlanTask.plan_id == plan_id, PlanTask.closed_at.is_(None))
    ).one_or_none()
