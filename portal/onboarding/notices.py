"""Which mail a plan causes; none of them says what is in it or how somebody is."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from portal.extensions import settings
from portal.mail import outbox
from portal.onboarding import links
from portal.onboarding.models import Plan, PlanState

HOURS = (8, 12, 17)
"""The hours somebody can choose for reminders: never in the evening, at night or at dawn."""
GOOD_FOR = timedelta(hours=3)


def plan_ready(plan: Plan, *, at: datetime) -> None:
    """Send the person the link to their page."""
    _send(plan, kind="plan_ready", uid=f"plan_ready:{plan.public_id}:1", at=at)


class Mailed(StrEnum):
    """What came of asking for the link once more."""

    NOW = "mailed"
    LATELY = "mailed-lately"
    NOWHERE = "no-address"


def link_again(plan: Plan, *, at: datetime) -> Mailed:
    """Send the link once more, on request: at most one an hour."""
    uid = f"plan_link:{plan.public_id}:{at:%Y%m%d%H}"
    if not plan.lead.email:
        return Mailed.NOWHERE
    if outbox.is_queued(uid):
        return Mailed.LATELY
    _send(plan, kind="plan_link", uid=uid, at=at)
    return Mailed.NOW


def remind(plan: Plan, *, at: datetime) -> None:
    """Put the one reminder of the next session where it is due, for those who asked for it.

    A session whose hour has gone by is one for the next time that the hour comes.
    """
    if plan.remind_hour is None or plan.next_on is None or plan.state is not PlanState.ACTIVE:
        return
    zone, hour = settings().studio.zone, time(plan.remind_hour)
    today = at.astimezone(zone).date()
    days = (max(plan.next_on, today), today + timedelta(days=1))
    wall = next(wall for day in days if (wall := datetime.combine(day, hour, tzinfo=zone)) > at)
    uid = f"{_reminders(plan)}{wall.date()}:{plan.version}"
    _send(plan, kind="plan_reminder", uid=uid, at=at, due=wall, not_after=wall + GOOD_FOR)


def no_reminder(plan: Plan) -> None:
    """Take back a reminder that waits."""
    outbox.cancel(_reminders(plan))


def take_back(plan: Plan) -> None:
    """Take back every mail that waits and leads to the page of this plan."""
    for kind in ("plan_ready", "plan_link", "plan_reminder"):
        outbox.cancel(f"{kind}:{plan.public_id}:")


def _reminders(plan: Plan) -> str:
    return f"plan_reminder:{plan.public_id}:"


def _send(plan: Plan, *, kind: str, uid: str, at: datetime, **when: datetime) -> None:
    if plan.lead.email:
        outbox.queue(
            kind=kind,
            uid=uid,
            recipient=plan.lead.email,
            reference=plan.lead.ref,
            due=when.get("due"),
            not_after=when.get("not_after"),
            context=_facts(plan, at=at),
        )


def _facts(plan: Plan, *, at: datetime) -> dict[str, Any]:
    return {
        "name": plan.lead.name.split()[0],
        "coach": plan.coach.name.split()[0],
        "url": links.plan_url(plan, at=at),
    }
