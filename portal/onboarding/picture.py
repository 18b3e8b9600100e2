"""What the planning rules are told about a person: their answers and the assessment."""

from collections.abc import Mapping
from typing import Any

from portal.intake import queries as health
from portal.intake import reasons, sheet
from portal.onboarding import planning, sealing
from portal.onboarding.blocks import book
from portal.onboarding.models import Assessment
from portal.referrals.queries import agreed_limits
from portal.screening import questionnaire

GOALS = (1, 2, 3)
HOURS = ("sitting_hours", "driving_hours")


def picture(assessment: Assessment) -> planning.Assessment:
    """Return everything a plan is built from, as it stands now."""
    decision = health.latest_decision(assessment.lead_id)
    if decision is None:
        raise LookupError("There is no health check to plan by.")
    said = sealing.read(assessment)
    why = reasons.read(decision)
    return planning.Assessment(
        answers=questionnaire().facts(sheet.read(decision.intake).answers),
        modifiers=frozenset(why.modifiers),
        movements={key: _finding(key, said) for key in book().movements},
        goals=tuple(goal for number in GOALS if (goal := _goal(number, said)).words or goal.area),
        lifestyle=_lifestyle(said),
        eases=frozenset(said.get("eases") or ()),
        limits=_limits(assessment.lead_id),
        hold=assessment.lead.hold or "none",
    )


def _limits(lead_id: int) -> frozenset[str]:
    """Return what a clearance limits, as the rules know it: of a load cap they know no number."""
    agreed = agreed_limits(lead_id)
    if agreed is None:
        return frozenset()
    said = {
        "no_impact": agreed.no_impact,
        "no_load": agreed.max_load_kg is not None,
        "small_range": agreed.range != "full",
    }
    return frozenset(limit for limit, holds in said.items() if holds)


def _finding(key: str, said: Mapping[str, Any]) -> planning.Finding:
    return planning.Finding(
        said.get(f"{key}_scale"), said.get(f"{key}_side"), said.get(f"{key}_pain")
    )


def _goal(number: int, said: Mapping[str, Any]) -> planning.Goal:
    name = f"goal_{number}"
    return planning.Goal(
        said.get(name) or "", said.get(f"{name}_now"), said.get(f"{name}_area") or None
    )


def _lifestyle(said: Mapping[str, Any]) -> dict[str, Any]:
    days = {key: said.get(key) for key in ("sleep", "stress", "activity")}
    hours = {key: int(said[key]) for key in HOURS if said.get(key) is not None}
    return {**days, **hours}
