"""Refuses planning rules that are unclear, name what is not there, or have no source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from portal.onboarding.planning.facts import vocabulary
from portal.onboarding.planning.library import DIRECTIONS, EXERCISES, GOAL_AREAS, LEVELS, MOVEMENTS
from portal.screening.conditions import Condition, Derived, Test, walk
from portal.screening.validate import BASES

if TYPE_CHECKING:
    from portal.onboarding.planning.rules import PlanRules, Rule

KINDS = ("refuse", "limit", "start", "choose", "size", "note")
"""Refuse: no plan. Limit: levels that are off, always. Start: the first level.

Choose: why it is in. Size: fewer lines. Note: for the coach only.
"""
STRATEGIES = frozenset({2, 3, 4, 5})


class InvalidPlanRulesError(ValueError):
    """Everything that is wrong with the library or the rules, one line each."""


def validate(rules: PlanRules) -> None:
    """Raise InvalidPlanRulesError listing every fault at once, or do nothing."""
    faults = [*_library_faults(), *_faults(rules)]
    if faults:
        raise InvalidPlanRulesError("\n".join(faults))


def _faults(rules: PlanRules) -> Iterator[str]:
    names = [rule.id for rule in rules.rules]
    yield from (f"{name}: defined twice" for name in sorted(set(names)) if names.count(name) > 1)
    for rule in rules.rules:
        yield from (f"{rule.id}: {fault}" for fault in _rule_faults(rule, rules))
    for name, condition in rules.derived.items():
        yield from (f"derived {name}: {fault}" for fault in condition_faults(condition))
    used = {key for rule in rules.rules for key in rule.citations}
    yield from (f"citation {key}: not used" for key in rules.citations if key not in used)
    for key, citation in rules.citations.items():
        if citation.basis not in BASES:
            yield f"citation {key}: basis must be one of {sorted(BASES)}"
    yield from _unused(rules)


def _rule_faults(rule: Rule, rules: PlanRules) -> Iterator[str]:
    if rule.kind not in KINDS:
        yield f"no kind {rule.kind!r}"
    if not rule.words or not rule.citations:
        yield "a rule needs words and a citation"
    yield from (f"no citation {key!r}" for key in rule.citations if key not in rules.citations)
    yield from (f"no exercise {name!r}" for name in sorted(rule.exercises - EXERCISES.keys()))
    yield from (f"no tag {tag!r}" for tag in sorted((rule.without | rule.only) - _level_tags()))
    if not _does_something(rule):
        yield f"a {rule.kind} rule that changes nothing"
    if rule.when:
        yield from condition_faults(rule.when)
    yield from signature_faults(rule.reviewed_by, rule.reviewed_on)


def _does_something(rule: Rule) -> bool:
    match rule.kind:
        case "limit":
            return bool(rule.without or rule.only or rule.change or rule.up_to < LEVELS[-1])
        case "start":
            return rule.at == 1
        case "choose":
            return bool(rule.exercises) and rule.points > 0
        case "size":
            return rule.items > 0
    return True


def signature_faults(reviewed_by: str, reviewed_on: str) -> Iterator[str]:
    """Check that a signature is a name and a day, or neither."""
    if bool(reviewed_by) is not bool(reviewed_on):
        yield "reviewed_by and reviewed_on go together"
    try:
        _ = reviewed_on and date.fromisoformat(reviewed_on)
    except ValueError:
        yield f"reviewed_on is not a date: {reviewed_on!r}"


def condition_faults(condition: Condition) -> Iterator[str]:
    """List the keys and values of a condition that no assessment can hold."""
    known = vocabulary()
    for test in (part for part in walk(condition) if isinstance(part, Test)):
        if test.key not in known:
            yield f"unknown key {test.key!r}"
            continue
        values = known[test.key]
        for value in _values(test):
            if values is not None and value not in values:
                yield f"{test.key!r} has no value {value!r}"


def _values(test: Test) -> tuple[str, ...]:
    if test.operator == "eq":
        return (test.bound,)
    return test.bound if test.operator in {"in", "includes"} else ()


def _unused(rules: PlanRules) -> Iterator[str]:
    conditions = [*rules.derived.values(), *(rule.when for rule in rules.rules if rule.when)]
    used = {part.name for each in conditions for part in walk(each) if isinstance(part, Derived)}
    yield from (f"derived {name}: not used" for name in rules.derived if name not in used)
    chosen = {name for rule in rules.rules if rule.kind == "choose" for name in rule.exercises}
    yield from (f"exercise {name}: no rule chooses it" for name in EXERCISES if name not in chosen)


def _library_faults() -> Iterator[str]:
    for exercise in EXERCISES.values():
        if [level.number for level in exercise.levels] != list(LEVELS):
            yield f"exercise {exercise.id}: needs four levels"
        if exercise.strategy not in STRATEGIES:
            yield f"exercise {exercise.id}: no strategy {exercise.strategy}"
        if exercise.screen and exercise.screen not in MOVEMENTS:
            yield f"exercise {exercise.id}: no movement {exercise.screen!r}"
        for area in sorted(exercise.goals - GOAL_AREAS.keys()):
            yield f"exercise {exercise.id}: no goal {area!r}"
        for direction in sorted({*exercise.change, *(d for pair in exercise.clash for d in pair)}):
            if direction not in DIRECTIONS:
                yield f"exercise {exercise.id}: no direction {direction!r}"
    for area in GOAL_AREAS:
        if not any(area in exercise.goals for exercise in EXERCISES.values()):
            yield f"goal {area}: no exercise serves it"


def _level_tags() -> frozenset[str]:
    return frozenset(
        tag for each in EXERCISES.values() for level in each.levels for tag in level.tags
    )
