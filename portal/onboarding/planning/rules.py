"""The planning rules, from rules.toml: what refuses, limits, starts, chooses, sizes and notes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any

from portal.onboarding.planning.library import DIRECTIONS, EXERCISES, GOAL_AREAS, MOVEMENTS
from portal.onboarding.planning.validate import validate
from portal.screening.closures import Closure, Definitions, build
from portal.screening.conditions import Condition, Test, parse
from portal.screening.rules import Citation

Rung = tuple[str, int]
"""An exercise and the number of one of its levels."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One line of the rules. `exercises` it speaks of (all when empty), and what it does to them.

    A limit switches off the levels that carry one of the tags `without`, or that carry none of
    `only`, or that are above `up_to`. A start gives the level `at` most; a choice gives `points`; a
    size gives the number of `items` at most. `change` is how to do it instead, while a limit holds.
    """

    id: str
    kind: str
    words: str
    citations: tuple[str, ...]
    reviewed_by: str
    reviewed_on: str
    when: Condition | None = None
    exercises: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    up_to: int = 4
    at: int = 2
    points: int = 0
    items: int = 0
    change: str = ""
    holds: Closure = field(default=lambda _: True, repr=False, compare=False)

    @cached_property
    def off(self) -> frozenset[Rung]:
        """The levels that a limit switches off, or that a start keeps for later than day one."""
        highest = self.at if self.kind == "start" else self.up_to
        return frozenset(
            (name, level.number)
            for name in self.exercises or EXERCISES
            for level in EXERCISES[name].levels
            if level.number > highest
            or not self.without.isdisjoint(level.tags)
            or (self.only and self.only.isdisjoint(level.tags))
        )


@dataclass(frozen=True)
class Session:
    """The frame of a first plan."""

    items: int
    minutes: float
    level: int
    slots: tuple[frozenset[int], ...]
    rhythm: str


@dataclass(frozen=True)
class PlanRules:
    """One version of the planning rules."""

    version: str
    session: Session
    rules: tuple[Rule, ...]
    citations: Mapping[str, Citation]
    derived: Mapping[str, Condition]
    second_level: Rule
    definitions: Definitions = field(repr=False, compare=False)

    @cached_property
    def _looked_up(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        """The places of the rules that ask for one value of one list, by key and value."""
        found: dict[str, dict[str, tuple[int, ...]]] = {}
        for place, rule in enumerate(self.rules):
            if sought := _sought(rule):
                key, value = sought
                values = found.setdefault(key, {})
                values[value] = (*values.get(value, ()), place)
        return found

    @cached_property
    def _tried(self) -> tuple[tuple[int, Closure], ...]:
        return tuple(
            (place, rule.holds) for place, rule in enumerate(self.rules) if not _sought(rule)
        )

    def holding(self, known: dict[str, Any]) -> tuple[Rule, ...]:
        """List the rules that hold on these facts, in the order of the file.

        More than half ask for one value of one list: those are looked up, the others are tried.
        """
        self.definitions.extend(known)
        places = [place for place, holds in self._tried if holds(known)]
        for key, values in self._looked_up.items():
            for value in known[key] or ():
                places.extend(values.get(value, ()))
        return tuple(self.rules[place] for place in sorted(set(places)))

    def source(self, rule: Rule) -> str:
        """Name where the rule comes from."""
        return "; ".join(self.citations[key].title for key in rule.citations)


def _sought(rule: Rule) -> tuple[str, str] | None:
    match rule.when:
        case Test(key, "includes", (str(value),)):
            return key, value
    return None


def read_rules(raw: Mapping[str, Any]) -> PlanRules:
    """Build the rules from their tables, without judging whether they make sense."""
    definitions = Definitions(raw["derived"])
    session = dict(raw["session"])
    return PlanRules(
        version=raw["version"],
        session=Session(slots=tuple(map(frozenset, session.pop("slots"))), **session),
        rules=tuple(
            _read_rule(table, definitions)
            for template in raw["rule"]
            for table in _spread(template)
        ),
        citations={key: Citation(key, **table) for key, table in raw["citation"].items()},
        derived=definitions.conditions,
        second_level=_read_rule(raw["second_level"], definitions),
        definitions=definitions,
    )


def _read_rule(table: Mapping[str, Any], definitions: Definitions) -> Rule:
    fields = dict(table)
    fields["citations"] = tuple(fields["citations"])
    for name in ("exercises", "without", "only"):
        fields[name] = frozenset(fields.get(name, ()))
    if "when" in fields:
        fields["when"] = when = parse(fields["when"])
        definitions.check(when)
        fields["holds"] = build(when)
    return Rule(**fields)


def _spread(template: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Write a rule that stands for many out, one for each goal, movement or change it is for."""
    fields = dict(template)
    each = fields.pop("each", None)
    spread = {"goal": _goals, "movement": _movements, "change": _changes, "clash": _clashes}
    for name, more in spread[each]() if each else [({}, {})]:
        yield {**_fill(fields, name), **more}


def _fill(value: Any, names: Mapping[str, str]) -> Any:
    """Put the names into every `{name}` of the table, however deep."""
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, Mapping):
        return {key: _fill(each, names) for key, each in value.items()}
    return [_fill(each, names) for each in value] if isinstance(value, list) else value


Spread = Iterator[tuple[dict[str, str], dict[str, Any]]]


def _goals() -> Spread:
    for area, label in GOAL_AREAS.items():
        serving = [each.id for each in EXERCISES.values() if area in each.goals]
        yield {"name": area, "label": label[0].lower() + label[1:]}, {"exercises": serving}


def _movements() -> Spread:
    for movement, label in MOVEMENTS.items():
        like = [each.id for each in EXERCISES.values() if each.screen == movement]
        yield {"name": movement, "label": label[0].lower() + label[1:]}, {"exercises": like}


def _changes() -> Spread:
    for exercise in EXERCISES.values():
        for direction, change in exercise.change.items():
            names = {
                "exercise": exercise.id,
                "name": direction,
                "label": DIRECTIONS[direction],
                "Label": DIRECTIONS[direction].capitalize(),
                "words": change.words,
            }
            yield names, {"exercises": [exercise.id], "up_to": change.up_to, "change": change.words}


def _clashes() -> Spread:
    for exercise in EXERCISES.values():
        for pair in exercise.clash:
            first, second = sorted(pair)
            names = {"exercise": exercise.id, "first": first, "second": second}
            labels = {"Label": f"{DIRECTIONS[first]} and {DIRECTIONS[second]}".capitalize()}
            yield {**names, **labels}, {"exercises": [exercise.id], "up_to": 0}


@cache
def plan_rules() -> PlanRules:
    """Read and validate the rules as shipped, once; raises InvalidPlanRulesError."""
    text = resources.files(__package__).joinpath("rules.toml").read_text("utf-8")
    rules = read_rules(tomllib.loads(text))
    validate(rules)
    return rules
