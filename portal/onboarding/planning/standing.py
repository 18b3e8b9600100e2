"""The rules that hold for one assessment, sorted by what they do to which exercise."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from portal.onboarding.planning.facts import Assessment, facts
from portal.onboarding.planning.library import EXERCISES, LEVELS
from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.rules import Rule, plan_rules


class Standing:
    """What is off, what starts where, and what speaks for what, for one person today."""

    def __init__(self, holding: Iterable[Rule]) -> None:
        """Sort the rules once; each list keeps the order of the file."""
        self.refused: list[Rule] = []
        self.sizes: list[Rule] = []
        self.notes: list[Rule] = []
        self.limits: dict[str, list[Rule]] = {name: [] for name in EXERCISES}
        self.starts: dict[str, list[Rule]] = {name: [] for name in EXERCISES}
        self.choices: dict[str, list[Rule]] = {name: [] for name in EXERCISES}
        whole = {"refuse": self.refused, "size": self.sizes, "note": self.notes}
        single = {"limit": self.limits, "start": self.starts, "choose": self.choices}
        for rule in holding:
            if rule.kind in whole:
                whole[rule.kind].append(rule)
                continue
            for name in rule.exercises or EXERCISES:
                single[rule.kind][name].append(rule)

    def allowed(self, name: str) -> list[int]:
        """List the levels that every limit leaves on, upwards."""
        limits = self.limits[name]
        if not limits:
            return list(LEVELS)
        return [
            level.number
            for level in EXERCISES[name].levels
            if all(rule.allows(level.number, level.tags) for rule in limits)
        ]

    def start(self, name: str) -> int | None:
        """Give the level on day one, or None when no level of it may start today."""
        cap = min([plan_rules().session.level, *(rule.at for rule in self.starts[name])])
        return max((number for number in self.allowed(name) if number <= cap), default=None)

    def points(self, name: str) -> int:
        """Add up what speaks for it."""
        return sum(rule.points for rule in self.choices[name])

    def most(self) -> int:
        """Give the number of lines to begin with, at most."""
        return min([plan_rules().session.items, *(rule.items for rule in self.sizes)])


def fired(assessment: Assessment) -> tuple[Rule, ...]:
    """List every rule that holds for this assessment, in the order of the file."""
    rules, known = plan_rules(), facts(assessment)
    rules.definitions.extend(known)
    return tuple(rule for rule in rules.rules if rule.holds(known))


@lru_cache(maxsize=64)
def standing(holding: tuple[Rule, ...]) -> Standing:
    """Sort them; equal rules give the same answer."""
    return Standing(holding)


def reason(rule: Rule) -> Reason:
    """Say the rule to the person."""
    return Reason(rule.id, rule.words, plan_rules().source(rule))
