"""Who of a coach's clients needs them today and why; then the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.extensions import db
from portal.onboarding import plan_home, queries
from portal.onboarding.models import Plan, PlanState
from portal.onboarding.plan_home import Home
from portal.referrals.queries import of_lead
from portal.staff.models import Role, Staff
from portal.words import short_day_words

SILENT = timedelta(days=10)
ENDING = timedelta(days=14)
REACHED = 8
"""A goal at this ease or above, and higher than at the start, counts as reached."""


@dataclass(frozen=True)
class Client:
    """One person with a plan: `why` says what they need today, nothing when all is well."""

    plan: Plan
    why: tuple[str, ...]
    last_on: date | None


def clients(staff: Staff, *, at: datetime) -> list[Client]:
    """Return a coach's clients, or everybody's for a manager: those with a need first."""
    found = [_client(plan_home.home(plan, at=at)) for plan in _plans(staff)]
    return sorted(found, key=lambda client: not client.why)


def lead_ids(staff: Staff) -> list[int]:
    """Return whose sealed words a look at the list opens."""
    return [plan.lead_id for plan in _plans(staff)]


def _plans(staff: Staff) -> Sequence[Plan]:
    wanted = select(Plan).where(Plan.state != PlanState.ENDED).order_by(Plan.next_on, Plan.id)
    if staff.role is not Role.MANAGER:
        wanted = wanted.where(Plan.coach_id == staff.id)
    return db.session.scalars(wanted).all()


def _client(found: Home) -> Client:
    done = found.finished
    return Client(found.plan, tuple(_needs(found)), done[-1].log.day if done else None)


def _needs(found: Home) -> Iterator[str]:
    plan = found.plan
    if plan.state is PlanState.STOPPED:
        yield "The plan has stopped"
    elif queries.open_task(plan.id) is not None:
        yield "Asks you to look: the last sessions"
    if plan.state is not PlanState.ACTIVE:
        return
    if _is_silent(found):
        yield "Silent for 10 days"
    if found.asks_again:
        yield "Health questions due"
    if (ends := _clearance_ends(found)) is not None:
        yield f"Clearance ends {short_day_words(ends)}"
    if goals := _reached(found):
        yield f"Goal reached: {', '.join(goals)}"


def _clearance_ends(found: Home) -> date | None:
    """Return the last day of a clearance that ends soon, None for none or a later one."""
    referral = of_lead(found.plan.lead_id)
    ends = referral.expires_on if referral else None
    return ends if ends is not None and ends - found.day <= ENDING else None


def _is_silent(found: Home) -> bool:
    started = found.plan.started_at
    last = found.finished[-1].log.day if found.finished else started and started.date()
    return last is not None and found.day - last >= SILENT


def _reached(found: Home) -> Sequence[str]:
    return [
        goal.words
        for goal in plan_home.goals(found.plan, found.sheet)
        if goal.now is not None
        and goal.start is not None
        and goal.now >= REACHED
        and goal.now > goal.start
    ]
