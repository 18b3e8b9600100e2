"""Who of a coach's clients needs them today and why; then the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from itertools import takewhile

from sqlalchemy import select

from portal.extensions import db, vault
from portal.onboarding import plan_home, queries, sealing, training
from portal.onboarding.models import Plan, PlanState, PlanTask
from portal.onboarding.plan_home import Goal, Home
from portal.referrals.models import Referral
from portal.referrals.queries import released
from portal.staff.models import Role, Staff
from portal.words import short_day_words

SILENT = timedelta(days=10)
ENDING = timedelta(days=14)
REACHED = 8
"""A goal at this ease or above, and higher than at the start, counts as reached."""
NEWS = timedelta(days=14)
"""How long a goal that was reached is news; it stands on the client's own page after that."""


class Need(IntEnum):
    """What somebody may need, the most pressing first."""

    STOPPED = 0
    LOOK = 1
    RED = 2
    ENDING = 3
    QUESTIONS = 4
    DRAFT = 5
    SILENT = 6
    GOAL = 7


@dataclass(frozen=True)
class Client:
    """One person with a plan: `why` says what they need today, nothing when all is well."""

    lead_id: int
    plan_id: int
    name: str
    why: tuple[tuple[Need, str], ...]
    last_on: date | None
    next_on: date | None

    @property
    def rank(self) -> int:
        """Return how pressing it is, the lowest first."""
        return min((need for need, _ in self.why), default=len(Need))


def plans(staff: Staff) -> Sequence[Plan]:
    """Return the plans that a coach looks after, or everybody's for a manager."""
    wanted = select(Plan).where(Plan.state != PlanState.ENDED).order_by(Plan.next_on, Plan.id)
    if staff.role is not Role.MANAGER:
        wanted = wanted.where(queries.looked_after_by(staff.id))
    return db.session.scalars(wanted).all()


def clients(found: Sequence[Plan], *, at: datetime) -> list[Client]:
    """Return these clients, those with the most pressing need first.

    However many there are, the database is asked the same few questions.
    """
    leads = [plan.lead_id for plan in found]
    with vault().holding(plan.lead.ref for plan in found):
        tasks = queries.open_tasks([plan.id for plan in found])
        cleared = released(leads)
        seen = [
            _client(home, tasks.get(home.plan.id), cleared.get(home.plan.lead_id))
            for home in plan_home.homes(found, at=at)
        ]
    return sorted(seen, key=lambda client: client.rank)


def _client(found: Home, task: PlanTask | None, cleared: Referral | None) -> Client:
    plan, done = found.plan, found.finished
    return Client(
        lead_id=plan.lead_id,
        plan_id=plan.id,
        name=plan.lead.name,
        why=(*_asked(plan, task), *_needs(found, cleared)),
        last_on=done[-1].log.day if done else None,
        next_on=plan.next_on,
    )


def _asked(plan: Plan, task: PlanTask | None) -> Iterator[tuple[Need, str]]:
    """Say where a plan waits for the coach, and what they are asked, in the rules' words."""
    if plan.state is PlanState.DRAFT:
        yield Need.DRAFT, "The plan is not given yet"
    stopped = plan.state is PlanState.STOPPED
    if stopped:
        yield Need.STOPPED, "The plan has stopped"
    for words in sealing.read(task) if task else ():
        yield Need.STOPPED if stopped else Need.LOOK, words


def _needs(found: Home, cleared: Referral | None) -> Iterator[tuple[Need, str]]:
    if found.plan.state is not PlanState.ACTIVE:
        return
    if found.finished and found.finished[-1].zone == "red":
        yield Need.RED, "The last session was red"
    if (ends := _ends_soon(cleared, found.day)) is not None:
        yield Need.ENDING, f"Clearance ends {short_day_words(ends)}"
    if found.is_year_old:
        yield Need.QUESTIONS, "A year since the health check: it comes before the next session"
    elif found.asks_again:
        yield Need.QUESTIONS, "Health questions due"
    if (silent := _silent_for(found)) >= SILENT:
        yield Need.SILENT, f"Silent for {silent.days} days"
    if goals := _reached(found):
        yield Need.GOAL, f"Goal reached: {', '.join(goals)}"


def _ends_soon(cleared: Referral | None, day: date) -> date | None:
    """Return the last day of a clearance that ends soon, None for none or a later one."""
    ends = cleared.expires_on if cleared else None
    return ends if ends is not None and ends - day <= ENDING else None


def _silent_for(found: Home) -> timedelta:
    """Return how long it is since the last session, or since the plan was given."""
    started = found.plan.started_at
    last = found.finished[-1].log.day if found.finished else started and training.today(started)
    return found.day - (last or found.day)


def _reached(found: Home) -> Sequence[str]:
    goals = plan_home.goals(found.plan, found.sheet)
    return [goal.words for goal in goals if _is_news(goal, found)]


def _is_news(goal: Goal, found: Home) -> bool:
    """Say whether a goal was reached of late, and is so still."""
    if goal.start is None:
        return False
    enough = max(REACHED, goal.start + 1)
    told = [(date.fromisoformat(day), values.get(goal.name)) for day, values in found.sheet.goals]
    lately = [day for day, ease in takewhile(lambda it: (it[1] or 0) >= enough, reversed(told))]
    return bool(lately) and found.day - lately[-1] <= NEWS
