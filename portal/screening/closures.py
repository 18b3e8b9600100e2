"""Conditions at work: each becomes a closure over the facts, and shared ones run only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.screening.conditions import (
    OPERATORS,
    UNANSWERED,
    BadConditionError,
    Condition,
    Derived,
    Not,
    Several,
    Test,
    number,
    parse,
    walk,
)

Facts = Mapping[str, Any]
Closure = Callable[[Facts], bool]


def fact_name(name: str, *, doubt: bool) -> str:
    """Where the outcome of a derived condition stands among the facts."""
    return f"{'maybe' if doubt else 'surely'}:{name}"


def build(condition: Condition, *, doubt: bool = False) -> Closure:
    """Make a closure that tells whether the condition holds.

    While a fact is UNANSWERED the condition may hold or not: with `doubt` the closure says
    whether it may, without whether it must. The two agree once nothing is unanswered.
    """
    match condition:
        case Test():
            return _build_test(condition, doubt=doubt)
        case Derived(name):
            stored = fact_name(name, doubt=doubt)
            return lambda facts: bool(facts[stored])
        case Not(part):
            inner = build(part, doubt=not doubt)
            return lambda facts: not inner(facts)
        case Several(_, least, parts):
            return _build_several(least, [build(part, doubt=doubt) for part in parts])


def _build_test(test: Test, *, doubt: bool) -> Closure:
    key, bound = test.key, test.bound
    if test.operator == "above":
        return _build_above(key, bound, doubt=doubt)
    holds = OPERATORS[test.operator]
    if doubt:
        return lambda facts: facts[key] == UNANSWERED or holds(facts[key], bound)
    if test.operator == "eq":  # most tests by far; UNANSWERED equals no value
        return lambda facts: bool(facts[key] == bound)
    return lambda facts: facts[key] != UNANSWERED and holds(facts[key], bound)


def _build_above(key: str, other: str, *, doubt: bool) -> Closure:
    def above(facts: Facts) -> bool:
        if UNANSWERED in (facts[key], facts[other]):
            return doubt
        left, right = number(facts[key]), number(facts[other])
        return left is not None and right is not None and left > right

    return above


def _build_several(least: int, parts: list[Closure]) -> Closure:
    def every(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - all() costs three times as much here
            if not part(facts):
                return False
        return True

    def some(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(facts):
                return True
        return False

    if least == len(parts):
        return every
    return some if least == 1 else lambda facts: sum(part(facts) for part in parts) >= least


class Definitions:
    """The derived conditions, in the order in which each can rest on the ones before."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        """Parse the `[derived]` tables; a later one may use an earlier one only."""
        self.conditions: dict[str, Condition] = {}
        self._steps: list[tuple[str, Closure, str, Closure]] = []
        for name, table in raw.items():
            condition = parse(table)
            self.check(condition)
            self.conditions[name] = condition
            sure, maybe = fact_name(name, doubt=False), fact_name(name, doubt=True)
            self._steps.append((sure, build(condition), maybe, build(condition, doubt=True)))

    def check(self, condition: Condition) -> None:
        """Refuse a condition that uses a name which is not defined."""
        for part in walk(condition):
            if isinstance(part, Derived) and part.name not in self.conditions:
                message = f"no such derived condition: {part.name!r}"
                raise BadConditionError(message)

    def extend(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Write the outcome of every derived condition into the facts, in place."""
        open_end = UNANSWERED in facts.values()
        for sure, must_hold, maybe, may_hold in self._steps:
            facts[sure] = must_hold(facts)
            facts[maybe] = may_hold(facts) if open_end else facts[sure]
        return facts
