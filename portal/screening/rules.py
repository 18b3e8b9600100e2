"""The decision table: every rule, modifier and citation, read from rules.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from portal.screening.closures import Closure, Definitions, build
from portal.screening.conditions import Condition, parse
from portal.screening.questionnaire import questionnaire
from portal.screening.validate import validate

LEVELS = ("CLEAR", "CAUTION", "REFERRAL", "URGENT", "EMERGENCY")
"""From the mildest to the most cautious; INCOMPLETE stands outside the order."""
TIMEFRAMES = ("none", "routine", "within_2_weeks", "within_days", "today", "now")
HOLDS = ("none", "vigorous", "all_but_gentle", "all")
"""From nothing that waits to everything."""


@dataclass(frozen=True)
class Citation:
    """Where a rule comes from, and whether that was read or only recalled."""

    key: str
    title: str
    where: str
    basis: str


@dataclass(frozen=True)
class Rule:
    """One line of the table; several rules may raise the same flag at different levels."""

    id: str
    flag: str
    title: str
    when: Condition
    level: str
    timeframe: str
    hold: str
    because: tuple[str, ...]
    citations: tuple[str, ...]
    why: str
    reviewed_by: str
    reviewed_on: str
    holds: Closure = field(repr=False, compare=False)


@dataclass(frozen=True)
class Modifier:
    """What changes in the coaching; never what changes in the level."""

    id: str
    when: Condition
    adapt: str
    coach: str
    holds: Closure = field(repr=False, compare=False)


@dataclass(frozen=True)
class Words:
    """How timeframes, holds and the safety net are said to the person."""

    timeframe: Mapping[str, str]
    hold: Mapping[str, str]
    safety_net: Mapping[str, Any]
    scope: str


@dataclass(frozen=True)
class RuleSet:
    """One version of the whole table."""

    version: str
    rules: tuple[Rule, ...]
    modifiers: tuple[Modifier, ...]
    derived: Mapping[str, Condition]
    citations: Mapping[str, Citation]
    words: Words
    definitions: Definitions = field(repr=False, compare=False)

    def rule(self, rule_id: str) -> Rule:
        """Look a rule up; a KeyError means that this version does not have it."""
        return {rule.id: rule for rule in self.rules}[rule_id]


def read_rules(raw: Mapping[str, Any]) -> RuleSet:
    """Build a rule set from its tables, without judging whether it makes sense."""
    definitions = Definitions(raw["derived"])
    citations = {key: Citation(key, **table) for key, table in raw["citation"].items()}
    return RuleSet(
        version=raw["version"],
        rules=tuple(_read_rule(table, definitions) for table in raw["rule"]),
        modifiers=tuple(_read_modifier(table, definitions) for table in raw["modifier"]),
        derived=definitions.conditions,
        citations=citations,
        words=Words(**raw["words"]),
        definitions=definitions,
    )


def _read_rule(table: Mapping[str, Any], definitions: Definitions) -> Rule:
    fields = {"flag": table["id"], **table}
    when = parse(fields.pop("when"))
    definitions.check(when)
    because, citations = tuple(fields.pop("because")), tuple(fields.pop("citations"))
    return Rule(when=when, because=because, citations=citations, holds=build(when), **fields)


def _read_modifier(table: Mapping[str, Any], definitions: Definitions) -> Modifier:
    fields = dict(table)
    when = parse(fields.pop("when"))
    definitions.check(when)
    return Modifier(when=when, holds=build(when), **fields)


@cache
def ruleset() -> RuleSet:
    """Read and validate the rules as shipped, once; raises InvalidRulesError."""
    text = resources.files(__package__).joinpath("rules.toml").read_text("utf-8")
    rules = read_rules(tomllib.loads(text))
    validate(rules, questionnaire())
    return rules
