"""The rules that hold for one assessment, sorted by what they do to which exercise."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from portal.onboarding.planning.facts import Assessment, facts
from portal.onboarding.planning.library import EXERCISES, LEVELS
from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.rules import Rule, Rung, plan_rules
from portal.onboarding.planning.validate import KINDS


class Standing:
    """What is off, what starts where, and what speaks for what, for one person today."""

    def __init__(self, holding: Iterable[Rule]) -> None:
        """Sort the rules once; each list keeps the order of the file."""
        self._by_kind: dict[str, list[Rule]] = {kind: [] for kind in KINDS}
        for rule in holding:
            self._by_kind[rule.kind].append(rule)
        self.refused, self.notes = self._by_kind["refuse"], self._by_kind["note"]
        session = plan_rules().session
        self.most = min([session.items, *(rule.items for rule in self._by_kind["size"])])
        limits = (rule.off for rule in self._by_kind["limit"])
        self.off: frozenset[Rung] = frozenset().union(*limits)
        later = self.off.union(*(rule.off for rule in self._by_kind["start"]))
        self.levels = {name: _highest(name, session.level, later) for name in EXERCISES}
        self.points = dict.fromkeys(EXERCISES, 0)
        for rule in self._by_kind["choose"]:
            for name in rule.exercises:
                self.points[name] += rule.points

    def limits(self, name: str) -> list[Rule]:
        """List what switches levels of this exercise off, or changes how it is done."""
        return self._about(name, "limit")

    def starts(self, name: str) -> list[Rule]:
        """List what keeps this exercise at the first level on day one."""
        return self._about(name, "start")

    def choices(self, name: str) -> list[Rule]:
        """List what speaks for this exercise, the strongest first."""
        return sorted(self._about(name, "choose"), key=lambda rule: -rule.points)

    def _about(self, name: str, kind: str) -> list[Rule]:
        """List the rules of a kind; one that names no exercise is about all of them."""
        rules = self._by_kind[kind]
        return [rule for rule in rules if not rule.exercises or name in rule.exercises]

    def ceiling(self, name: str) -> int | None:
        """Give the highest level that the limits leave on, today and later."""
        return _highest(name, LEVELS[-1], self.off)

    def lowest(self, name: str) -> int:
        """Give the first level that the limits leave on, such as a seated one; 0 when none is."""
        return next((number for number in LEVELS if (name, number) not in self.off), 0)


def _highest(name: str, cap: int, off: frozenset[Rung]) -> int | None:
    while cap and (name, cap) in off:
        cap -= 1
    return cap or None


def fired(assessment: Assessment) -> tuple[Rule, ...]:
    """List every rule that holds for this assessment, in the order of the file."""
    return plan_rules().holding(facts(assessment))


@lru_cache(maxsize=64)
def standing(holding: tuple[Rule, ...]) -> Standing:
    """Sort them; equal rules give the same answer."""
    return Standing(holding)


@cache
def reason(rule: Rule) -> Reason:
    """Say the rule to the person."""
    return Reason(rule.id, rule.words, plan_rules().source(rule))
