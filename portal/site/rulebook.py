"""Every rule of the screening, grouped and worded for a reader who is no programmer."""

from dataclasses import dataclass
from functools import cache

from portal.screening import ruleset
from portal.screening.rules import LEVELS, Rule, RuleSet


@dataclass(frozen=True)
class Line:
    """One rule in words."""

    id: str
    title: str
    why: str
    when: str
    hold: str
    sources: tuple[str, ...]
    reviewed: str


@dataclass(frozen=True)
class Chapter:
    """All rules of one level."""

    level: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Rulebook:
    """One version of the rules, the most cautious level first."""

    version: str
    chapters: tuple[Chapter, ...]
    changes: tuple[str, ...]
    reviewed: int
    total: int


@cache
def rulebook() -> Rulebook:
    """Return the rules as shipped, in words."""
    rules = ruleset()
    return Rulebook(
        version=rules.version,
        chapters=tuple(_chapter(level, rules) for level in reversed(LEVELS) if level != "CLEAR"),
        changes=tuple(modifier.adapt for modifier in rules.modifiers if modifier.adapt),
        reviewed=sum(bool(rule.reviewed_by) for rule in rules.rules),
        total=len(rules.rules),
    )


def _chapter(level: str, rules: RuleSet) -> Chapter:
    return Chapter(level, tuple(_line(rule, rules) for rule in rules.rules if rule.level == level))


def _line(rule: Rule, rules: RuleSet) -> Line:
    return Line(
        id=rule.id,
        title=rule.title,
        why=rule.why,
        when=rules.words.timeframe[rule.timeframe],
        hold=rules.words.hold[rule.hold],
        sources=tuple(_source(key, rules) for key in rule.citations),
        reviewed=f"{rule.reviewed_by}, {rule.reviewed_on}" if rule.reviewed_by else "",
    )


def _source(key: str, rules: RuleSet) -> str:
    """Return a citation, and say where it is only recalled and still has to be checked."""
    cited = rules.citations[key]
    if cited.basis == "own judgement":
        return cited.title
    doubt = " (from memory, still to be checked)" if cited.basis == "recalled" else ""
    return f"{cited.title}, {cited.where}{doubt}"
