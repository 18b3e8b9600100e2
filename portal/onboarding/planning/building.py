"""From an assessment to a plan: all rules that hold fire, and the plan follows from those alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portal.onboarding.planning.facts import Assessment, BadAssessmentError
from portal.onboarding.planning.library import EXERCISES
from portal.onboarding.planning.plan import Item, LeftOut, Plan, Reason
from portal.onboarding.planning.rules import plan_rules
from portal.onboarding.planning.standing import Standing, fired, reason, standing

HABITS = ("position", "walk")
"""What belongs to the day rather than to the session; it comes last, and counts like the rest."""
SESSION_ORDER = (3, 2, 4, 5)
"""Loosen up, then control, then skill: the order of the strategies in a session."""
_LIBRARY_ORDER = {name: place for place, name in enumerate(EXERCISES)}
MOST_REASONS = 2
"""How many rules may say why a line is in; the strongest do."""


def build(assessment: Assessment) -> Plan:
    """Build the first plan; one without any line says in `held` why."""
    return compose(standing(fired(assessment)))


def compose(today: Standing) -> Plan:
    """Build the plan that follows from the rules that hold, and from nothing else."""
    rules = plan_rules()
    notes = tuple(map(reason, today.notes))
    if today.refused:
        return Plan((), 0, rules.version, notes=notes, held=reason(today.refused[0]))
    items = tuple(item(name, today) for name in sorted(_pick(today), key=_place))
    return Plan(
        items=items,
        minutes=sum(each.minutes for each in items),
        rules_version=rules.version,
        left_out=tuple(_left_out(today)),
        notes=notes,
        rhythm=rules.session.rhythm,
    )


def _pick(today: Standing) -> list[str]:
    """Fill the slots of the session one after the other, while there is room and time."""
    session, left = plan_rules().session, plan_rules().session.minutes
    ready = {
        name: (EXERCISES[name], EXERCISES[name].level(number).minutes)
        for name, number in today.levels.items()
        if number and today.points[name]
    }
    picked: list[str] = []
    areas: set[str] = set()
    for strategies in session.slots[: today.most]:
        fitting = [
            (today.points[name], exercise.area not in areas, -_LIBRARY_ORDER[name], name)
            for name, (exercise, minutes) in ready.items()
            if exercise.strategy in strategies and minutes <= left
        ]
        if fitting:
            name = max(fitting)[-1]
            exercise, minutes = ready.pop(name)
            picked.append(name)
            areas.add(exercise.area)
            left -= minutes
    return picked


def _place(name: str) -> tuple[bool, bool, int, int]:
    """Order a session: breathing first, habits of the day last, the strategies in between."""
    strategy = SESSION_ORDER.index(EXERCISES[name].strategy)
    return (name in HABITS, name != "breath", strategy, _LIBRARY_ORDER[name])


def item(name: str, today: Standing) -> Item:
    """Put one exercise as it starts on day one; a ValueError means that it may not."""
    exercise, number = EXERCISES[name], today.levels[name]
    if number is None:
        raise ValueError(f"no level of {name} may start")
    step = exercise.level(number)
    return Item(
        exercise=name,
        level=number,
        dose=step.dose,
        minutes=step.minutes,
        why=tuple(_why(name, number, today)),
        changes=tuple(rule.change for rule in today.limits(name) if rule.change),
    )


def _why(name: str, number: int, today: Standing) -> Iterator[Reason]:
    """Why it is there, why it starts there, and what is different for this person."""
    strongest = today.choices(name)
    yield from map(reason, strongest[:MOST_REASONS])
    if not strongest:
        words = f"It helps with {EXERCISES[name].helps}."
        yield Reason("LIBRARY", words, "The portal's exercise library")
    yield from map(reason, today.starts(name)[:1])
    highest = plan_rules().session.level
    if number == highest:
        yield reason(plan_rules().second_level)
    for rule in today.limits(name):
        if rule.change or (number < highest and (name, number + 1) in rule.off):
            yield reason(rule)


def _left_out(today: Standing) -> Iterator[LeftOut]:
    """List the exercises that the limits keep out today, each with the limits that do it."""
    first = range(1, plan_rules().session.level + 1)
    for name, number in today.levels.items():
        if number is None:
            levels = {(name, each) for each in first}
            limits = [rule for rule in today.limits(name) if not levels.isdisjoint(rule.off)]
            yield LeftOut(name, tuple(map(reason, limits)))


def alternatives(exercise: str, assessment: Assessment) -> tuple[Item, ...]:
    """List what a coach may put in its place today: the same strategy, the best fitting first."""
    today = standing(fired(assessment))
    if today.refused:
        return ()
    strategy = EXERCISES[exercise].strategy
    names = [
        name
        for name, each in EXERCISES.items()
        if name != exercise and each.strategy == strategy and today.levels[name]
    ]
    names.sort(key=lambda name: -today.points[name])
    return tuple(item(name, today) for name in names)


def highest_level(exercise: str, assessment: Assessment) -> int:
    """Give the highest level that the limits leave on; 0 when there is none."""
    today = standing(fired(assessment))
    return 0 if today.refused else today.ceiling(exercise) or 0


def lowest_level(exercise: str, assessment: Assessment) -> int:
    """Give the lowest level that the limits leave on; 0 when there is none."""
    today = standing(fired(assessment))
    return 0 if today.refused else today.lowest(exercise)


def build_many(cases: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each `{"id", "answers", "modifiers"}` with its plan, for the command line.

    Raises BadAssessmentError naming the case and what it says that nobody knows.
    """
    return [build(_read_case(case)).as_case(case["id"]) for case in cases]


def _read_case(case: Mapping[str, Any]) -> Assessment:
    modifiers = case.get("modifiers", [])
    if not isinstance(modifiers, list) or not all(isinstance(one, str) for one in modifiers):
        raise BadAssessmentError(f"case {case['id']!r}: modifiers must be a list of names")
    try:
        return Assessment(case["answers"], frozenset(modifiers))
    except BadAssessmentError as error:
        raise BadAssessmentError(f"case {case['id']!r}: {error}") from error
