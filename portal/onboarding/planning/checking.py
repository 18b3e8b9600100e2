"""Checks any plan, also one that a coach has edited, against what the answers rule out."""

from __future__ import annotations

from collections.abc import Iterator

from portal.onboarding.planning.facts import Assessment
from portal.onboarding.planning.library import EXERCISES, LEVELS
from portal.onboarding.planning.plan import Item, Plan, Reason
from portal.onboarding.planning.rules import plan_rules
from portal.onboarding.planning.standing import Standing, fired, reason, standing

OWN = "own-"
"""How the id of an exercise begins that a coach has added; the library knows nothing of it."""
FRAME = "The frame of a first plan"


def faults(plan: Plan, assessment: Assessment, *, day_one: bool = True) -> tuple[Reason, ...]:
    """List in words what the plan does that these answers do not allow; empty when all is well.

    With `day_one` it also keeps to the frame of a first plan: the first levels, six lines, fifteen
    minutes. A coach's own exercises count for the frame only; nobody but the coach knows them.
    """
    today = standing(fired(assessment))
    if today.refused:
        return (reason(today.refused[0]),) if plan.items else ()
    lines = [fault for item in plan.items for fault in _line_faults(item, today, day_one=day_one)]
    return (*lines, *(_frame_faults(plan, today) if day_one else ()), *_repeats(plan))


def _line_faults(item: Item, today: Standing, *, day_one: bool) -> Iterator[Reason]:
    if item.exercise.startswith(OWN):
        return
    if item.exercise not in EXERCISES or item.level not in LEVELS:
        words = f"The library has no {item.exercise} at level {item.level}."
        yield Reason("LIBRARY", words, "The portal's exercise library")
        return
    exercise = EXERCISES[item.exercise]
    for rule in today.limits(item.exercise):
        if (item.exercise, item.level) in rule.off:
            said = reason(rule)
            yield Reason(said.rule_id, f"{exercise.name}: {said.words}", said.source)
    if day_one:
        yield from _start_faults(item, today)


def _start_faults(item: Item, today: Standing) -> Iterator[Reason]:
    name = EXERCISES[item.exercise].name
    if item.level > plan_rules().session.level:
        words = f"{name}: day one goes up to level {plan_rules().session.level}."
        yield Reason("FRAME-LEVEL", words, FRAME)
    for rule in today.starts(item.exercise):
        if item.level > max(rule.at, today.lowest(item.exercise)):
            said = reason(rule)
            yield Reason(said.rule_id, f"{name}: {said.words}", said.source)


def _frame_faults(plan: Plan, today: Standing) -> Iterator[Reason]:
    session, minutes = plan_rules().session, sum(item.minutes for item in plan.items)
    if len(plan.items) > today.most:
        words = f"{len(plan.items)} lines; {today.most} are enough to begin with."
        yield Reason("FRAME-ITEMS", words, FRAME)
    if minutes > session.minutes:
        words = f"{minutes:g} minutes; {session.minutes:g} are enough to begin with."
        yield Reason("FRAME-MINUTES", words, FRAME)


def _repeats(plan: Plan) -> Iterator[Reason]:
    names = [item.exercise for item in plan.items]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Reason("FRAME-TWICE", f"{name} is in the plan twice.", FRAME)
