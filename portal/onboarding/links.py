"""The client's own link: opened from a mail, for as long as a programme lasts."""

from datetime import datetime, timedelta

from portal import tokens
from portal.extensions import settings
from portal.onboarding.models import Plan

PLAN = "plan"
PLAN_LASTS = timedelta(days=180)


def plan_token(plan: Plan, *, at: datetime) -> str:
    """Return a token for somebody's plan; within one day it is the same one."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return tokens.mint(PLAN, plan.public_id, until=day + PLAN_LASTS)


def plan_url(plan: Plan, *, at: datetime) -> str:
    """Return the whole address of the client's page, as a mail needs it."""
    return f"{settings().public_url}/plan/{plan_token(plan, at=at)}/"
