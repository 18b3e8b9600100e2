"""Questions of the desk about many leads: a page of a queue, how full each is, what is due next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from portal.chat.models import FLAGGED_RANK, Thread
from portal.desk.queues import CHIPS, EVERY, Place, Queue, Selection, parameters
from portal.desk.rows import Row
from portal.extensions import db
from portal.leads.models import Activity, Enquiry, Lead
from portal.leads.search import matching
from portal.mail.models import MailState, OutboxMail
from portal.onboarding.models import Plan, PlanState, PlanTask
from portal.onboarding.queries import looked_after_by
from portal.orm import UtcDateTime
from portal.replies import inbox
from portal.staff.models import Role, Staff

PAGE = 50
CAP = 100
LAST_LINES = 20


@dataclass(frozen=True)
class Page:
    """A screenful of a queue; `more` is where the next one starts, None at the end."""

    rows: Sequence[Row]
    more: Place | None


def page(selection: Selection, *, staff_id: int, at: datetime) -> Page:
    """Return a page of rows in the queue's order; a search looks through every lead."""
    after, facts = selection.after, parameters(staff_id=staff_id, at=at)
    if selection.search:
        facts["ids"] = matching(selection.search, limit=PAGE)
        statement = _found()
    else:
        if after is not None:
            facts |= {"rank": after.rank, "moment": after.moment, "lead_id": after.id}
        statement = _queued(selection.queue, selection.chip, goes_on=after is not None)
    found = db.session.execute(statement, facts).mappings().all()
    asked = _last_asked([line["id"] for line in found[:PAGE]])
    rows = [Row(**line, **asked[line["id"]], at=at) for line in found[:PAGE]]
    more = rows[-1].place(selection.queue) if len(found) > PAGE else None
    return Page(rows, more)


def counts(*, staff_id: int, at: datetime) -> Mapping[str, int]:
    """Return how many leads each queue holds, at most CAP + 1, and `mail`: what was given up.

    `chats` wait for an answer or a call, `held_chats` look like spam, `alarms` sound like an
    emergency; `replies` wait to be read, `flagged_replies` name a sign that nobody has looked at;
    `clients` are the plans that this person is asked to look at.
    """
    facts = parameters(staff_id=staff_id, at=at)
    return dict(db.session.execute(_counted(), facts).mappings().one())


def next_due(*, at: datetime) -> Lead | None:
    """Return the open lead that comes up next, for an empty queue; None when there is none."""
    return db.session.scalars(
        select(Lead)
        .where(Lead.open_rank.is_not(None), Lead.due_at > at)
        .order_by(Lead.due_at, Lead.id)
        .limit(1)
    ).one_or_none()


def last_lines() -> Sequence[int]:
    """Return the ids of the last lines of every story: they change with whatever happens."""
    return db.session.scalars(_last_lines()).all()


def pulse() -> Sequence[tuple[int, ...]]:
    """Return what changes with a lead, a chat or a flagged reply; one question."""
    rows = db.session.connection().execute(_pulse())
    return sorted(tuple(row) for row in rows)


def pulses() -> Sequence[Select[*tuple[int, int, int]]]:
    """Return the last lines of stories, changes of chats and flagged replies, each as a select."""
    lines = _last_lines().subquery()
    chats = (
        select(Thread.id, Thread.version)
        .order_by(Thread.updated_at.desc(), Thread.id.desc())
        .limit(LAST_LINES)
        .subquery()
    )
    replies = inbox.last_flagged(LAST_LINES).subquery()
    return (
        select(literal(0).label("what"), lines.c.id, literal(0).label("number")),
        select(literal(1), chats.c.id, chats.c.version),
        select(literal(2), replies.c.id, replies.c.version),
    )


@cache
def _pulse() -> CompoundSelect[*tuple[int, int, int]]:
    return union_all(*pulses())


@cache
def _last_lines() -> Select[int]:
    return select(Activity.id).order_by(Activity.id.desc()).limit(LAST_LINES)


@cache
def _counted() -> Select[*tuple[Any, ...]]:
    columns = [
        _capped(select(literal(1)).where(queue.where)).label(key) for key, queue in EVERY.items()
    ]
    failed = select(literal(1)).where(OutboxMail.state == MailState.FAILED)
    waiting = select(literal(1)).where(Thread.open_rank.is_not(None), Thread.due_at.is_not(None))
    held = select(literal(1)).where(Thread.held_because.is_not(None))
    alarms = select(literal(1)).where(Thread.open_rank == FLAGGED_RANK)
    return select(
        *columns,
        _capped(failed).label("mail"),
        _capped(waiting).label("chats"),
        _capped(held).label("held_chats"),
        _capped(alarms).label("alarms"),
        _capped(inbox.waiting()).label("replies"),
        _capped(inbox.flagged()).label("flagged_replies"),
        _capped(_clients_in_need()).label("clients"),
    )


def _clients_in_need() -> Select[int]:
    """Select what a coach is asked to look at in their clients' plans, a manager in everybody's."""
    me: BindParameter[int] = bindparam("staff_id", type_=Integer())
    is_manager = exists().where(Staff.id == me, Staff.role == Role.MANAGER)
    return (
        select(literal(1))
        .select_from(PlanTask)
        .join(Plan, PlanTask.plan_id == Plan.id)
        .where(PlanTask.closed_at.is_(None), Plan.state != PlanState.ENDED)
        .where(or_(looked_after_by(me), is_manager))
    )


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Lead.id,
        Lead.name,
        Lead.disposition,
        Lead.timeframe,
        Lead.status,
        Lead.open_rank,
        Lead.due_at,
        Lead.snoozed_until,
        func.coalesce(Lead.screened_at, Lead.created_at).label("came_at"),
        Lead.updated_at,
        Lead.held_because,
        Lead.reported_at.is_not(None).label("reported"),
        Lead.first_reply_at.is_not(None).label("replied"),
        Lead.owner_id,
        Staff.name.label("owner"),
    ).outerjoin(Staff, Staff.id == Lead.owner_id)


@cache
def _found() -> Select[*tuple[Any, ...]]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return _columns().where(Lead.id.in_(ids)).order_by(Lead.id.desc())


@cache
def _queued(queue: Queue, chip: str, *, goes_on: bool) -> Select[*tuple[Any, ...]]:
    """Select one row more than a page holds, by row values, so that any page costs the same."""
    statement = _columns().where(queue.where)
    only = CHIPS[chip][1]
    if only is not None:
        statement = statement.where(only)
    order: tuple[Any, ...] = (Lead.open_rank, Lead.due_at, Lead.id)
    if queue.recent:
        order = (Lead.updated_at.desc(), Lead.id.desc())
    if goes_on:
        statement = statement.where(_comes_later(recent=queue.recent))
    return statement.order_by(*order).limit(PAGE + 1)


def _comes_later(*, recent: bool) -> ColumnElement[bool]:
    moment = bindparam("moment", type_=UtcDateTime())
    lead_id = bindparam("lead_id", type_=Integer())
    if recent:
        return tuple_(Lead.updated_at, Lead.id) < tuple_(moment, lead_id)
    rank = bindparam("rank", type_=Integer())
    return tuple_(Lead.open_rank, Lead.due_at, Lead.id) > tuple_(rank, moment, lead_id)


def _last_asked(ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return what each of these leads asked for last."""
    lines = db.session.execute(_asked(), {"ids": ids})
    last = {lead_id: {"kind": kind, "visit_on": visit_on} for lead_id, kind, visit_on in lines}
    nothing = {"kind": None, "visit_on": None}
    return {lead_id: last.get(lead_id, nothing) for lead_id in ids}


@cache
def _asked() -> Select[*tuple[Any, ...]]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    columns = select(Enquiry.lead_id, Enquiry.kind, Enquiry.visit_on)
    return columns.where(Enquiry.lead_id.in_(ids)).order_by(Enquiry.id)


def _capped(statement: Select[Any]) -> Any:
    return select(func.count()).select_from(statement.limit(CAP + 1).subquery()).scalar_subquery()
