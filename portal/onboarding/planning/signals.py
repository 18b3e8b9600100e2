"""The rules of the traffic light, read from light.toml: zones, numbers, words and sources."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.validate import InvalidPlanRulesError, signature_faults
from portal.screening import questionnaire
from portal.screening.rules import Citation
from portal.screening.validate import BASES

KINDS = ("stop", "back", "stay", "forward", "task", "rescreen")
ZONES = ("green", "amber", "red")
MOST_PAIN = 10


@dataclass(frozen=True)
class Zone:
    """A band of pain, both ends included."""

    name: str
    least: int
    most: int
    words: str


@dataclass(frozen=True)
class Signal:
    """One rule: what it says to the person, to the coach, and what is asked again."""

    id: str
    kind: str
    words: str
    citations: tuple[str, ...]
    reviewed_by: str
    reviewed_on: str
    coach: str = ""
    half: str = ""
    ask: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signals:
    """One version of the traffic light."""

    version: str
    signs: tuple[str, ...]
    numbers: Mapping[str, int]
    zones: tuple[Zone, ...]
    rules: Mapping[str, Signal]
    citations: Mapping[str, Citation]

    def zone(self, pain: int) -> str:
        """Name the band of a pain from 0 to 10; a StopIteration means that it is neither."""
        return next(zone.name for zone in self.zones if zone.least <= pain <= zone.most)

    def words_of(self, name: str) -> str:
        """Return what a zone says to the person."""
        return next(zone.words for zone in self.zones if zone.name == name)

    def say(self, rule_id: str, *, half: bool = False) -> Reason:
        """Give the rule's words for the person."""
        rule = self.rules[rule_id]
        return Reason(rule_id, rule.half if half else rule.words, self._source(rule))

    def tell(self, rule_id: str) -> Reason:
        """Give the rule's words for the coach."""
        rule = self.rules[rule_id]
        return Reason(rule_id, rule.coach, self._source(rule))

    def _source(self, rule: Signal) -> str:
        return "; ".join(self.citations[key].title for key in rule.citations)


def read_signals(raw: Mapping[str, Any]) -> Signals:
    """Build the traffic light from its tables, without judging whether it makes sense."""
    rules = [_read(table) for table in raw["rule"]]
    return Signals(
        version=raw["version"],
        signs=tuple(raw["signs"]),
        numbers=raw["numbers"],
        zones=tuple(Zone(**table) for table in raw["zone"]),
        rules={rule.id: rule for rule in rules},
        citations={key: Citation(key, **table) for key, table in raw["citation"].items()},
    )


def _read(table: Mapping[str, Any]) -> Signal:
    lists = {"citations": tuple(table["citations"]), "ask": tuple(table.get("ask", ()))}
    return Signal(**{**table, **lists})


def faults_of(light: Signals) -> Iterator[str]:
    """List what is wrong with the traffic light, one line each."""
    bands = [zone for zone in light.zones for _ in range(zone.least, zone.most + 1)]
    if [zone.name for zone in light.zones] != list(ZONES) or len(bands) != MOST_PAIN + 1:
        yield "the zones must cover 0 to 10 once, from green to red"
    known = questionnaire().questions
    yield from (f"no question {key!r}" for key in light.signs if key not in known)
    for rule in light.rules.values():
        yield from (f"{rule.id}: {fault}" for fault in _rule_faults(rule, light))
    for key, citation in light.citations.items():
        if citation.basis not in BASES:
            yield f"citation {key}: basis must be one of {sorted(BASES)}"
        if not any(key in rule.citations for rule in light.rules.values()):
            yield f"citation {key}: not used"


def _rule_faults(rule: Signal, light: Signals) -> Iterator[str]:
    if rule.kind not in KINDS:
        yield f"no kind {rule.kind!r}"
    if not rule.words or not rule.citations:
        yield "a rule needs words and a citation"
    if rule.kind in {"stop", "task"} and not rule.coach:
        yield "a coach needs words for it"
    if rule.kind == "back" and not rule.half:
        yield "the first level needs words for half the dose"
    yield from (f"no citation {key!r}" for key in rule.citations if key not in light.citations)
    yield from (f"no question {key!r}" for key in rule.ask if key not in questionnaire().questions)
    yield from signature_faults(rule.reviewed_by, rule.reviewed_on)


@cache
def signals() -> Signals:
    """Read and validate the traffic light as shipped, once; raises InvalidPlanRulesError."""
    text = resources.files(__package__).joinpath("light.toml").read_text("utf-8")
    light = read_signals(tomllib.loads(text))
    if found := [*faults_of(light)]:
        raise InvalidPlanRulesError("\n".join(found))
    return light
