"""Facts in, decision out: every rule that holds fires, and the most cautious level wins."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from portal.screening import vocabulary
from portal.screening.conditions import UNANSWERED
from portal.screening.explain import supporting
from portal.screening.questionnaire import questionnaire
from portal.screening.rules import HOLDS, LEVELS, TIMEFRAMES, Rule, RuleSet, ruleset
from portal.screening.watch import watch

INCOMPLETE = "INCOMPLETE"
ASK_AGAIN = "invalid_reask"
"""The modifier that holds when an answer is missing or impossible."""
MENTIONED = "reask_emergency"
"""The modifier that free text can set: someone should ask, and the level stays as it is."""
AT_ONCE = LEVELS[LEVELS.index("URGENT") :]
"""Levels that outrank a missing answer."""

_RANK = {word: rank for scale in (LEVELS, TIMEFRAMES, HOLDS) for rank, word in enumerate(scale)}


@dataclass(frozen=True)
class Decision:
    """What happens next, how soon, how much waits, and which rules said so."""

    disposition: str
    timeframe: str
    hold: str
    flags: tuple[str, ...]
    modifiers: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def at_once(self) -> bool:
        """Shown as soon as the answer is given, before the last page."""
        return self.disposition in AT_ONCE


def decide(facts: Mapping[str, object], rules: RuleSet | None = None) -> Decision:
    """Decide on these facts; keys left out take their default.

    Raises ValueError naming any key that no rule knows. A fact that is UNANSWERED fires only
    what holds whatever its answer will be, and the outcome is then at best INCOMPLETE.
    """
    table = rules or ruleset()
    known = _known(facts)
    table.definitions.extend(known)
    fired = [rule for rule in table.rules if rule.holds(known)]
    modifiers = {each.id for each in table.modifiers if each.holds(known)}
    if UNANSWERED in facts.values():
        modifiers.add(ASK_AGAIN)
    if facts.get("free_text") and watch(str(facts["free_text"])):
        modifiers.add(MENTIONED)
    return _conclude(fired, modifiers)


def _known(facts: Mapping[str, object]) -> dict[str, Any]:
    defaults = questionnaire().defaults
    if unknown := sorted(facts.keys() - defaults.keys()):
        raise ValueError(f"unknown answer keys: {', '.join(unknown)}")
    known = {**defaults, **facts}
    if known["age"] == 0:
        known["age"] = None  # an age of 0 is a slip of the keyboard, not a newborn
    return known


def _conclude(fired: Sequence[Rule], modifiers: Iterable[str]) -> Decision:
    level = max((rule.level for rule in fired), key=_rank, default="CLEAR")
    winners = [rule for rule in fired if rule.level == level]
    timeframe = max((rule.timeframe for rule in winners), key=_rank, default="none")
    hold = max((rule.hold for rule in fired), key=_rank, default="none")
    if ASK_AGAIN in modifiers and level not in AT_ONCE:
        level, timeframe, hold = INCOMPLETE, "none", "all"
    return Decision(
        disposition=level,
        timeframe=timeframe,
        hold=hold,
        flags=tuple(sorted({rule.flag for rule in fired})),
        modifiers=tuple(sorted(modifiers)),
        rules=tuple(rule.id for rule in fired),
    )


def _rank(word: str) -> int:
    return _RANK[word]


def evaluate_many(cases: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each `{"id", "answers"}` with its decision, for the command line; lists, so JSON-able."""
    return [_evaluate(case["id"], case["answers"]) for case in cases]


def _evaluate(case_id: Any, answers: Mapping[str, Any]) -> dict[str, Any]:
    vocabulary.check(case_id, answers)
    decision = decide(answers)
    return {
        "id": case_id,
        "disposition": decision.disposition,
        "timeframe": decision.timeframe,
        "hold": decision.hold,
        "flags": list(decision.flags),
        "modifiers": list(decision.modifiers),
    }


def answer_hash(answers: Mapping[str, Any]) -> str:
    """SHA-256 of the answers as canonical JSON: equal answers, equal hash, in any order."""
    text = json.dumps(answers, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def reasons(decision: Decision, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """List the person's own statements behind the winning level, once each, in page order.

    An answer that a rule could name, but that did not help it fire this time, is left out.
    """
    table, asked = ruleset(), questionnaire()
    facts = asked.facts(answers)
    winners = [table.rule(rule_id) for rule_id in decision.rules]
    because = {
        key
        for rule in winners
        if rule.level == decision.disposition
        for key in _spoken(rule, supporting(rule.when, table.derived, facts))
    }
    statements = (
        question.statement_of(answers.get(key))
        for key, question in asked.questions.items()
        if key in because
    )
    return tuple(dict.fromkeys(filter(None, statements)))


def _spoken(rule: Rule, supported: set[str]) -> Iterator[str]:
    """Give the keys a rule may repeat and that helped; a group counts when one of its facts did."""
    for key in rule.because:
        question = questionnaire().questions[key]
        if key in supported or not supported.isdisjoint(question.values):
            yield key


def adaptations(decision: Decision) -> tuple[str, ...]:
    """Say what we do differently, for the modifiers that have words for the person."""
    return tuple(
        modifier.adapt
        for modifier in ruleset().modifiers
        if modifier.id in decision.modifiers and modifier.adapt
    )
