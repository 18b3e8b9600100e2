"""Refuses a rule set that is unclear, unreachable or without a source, before anyone is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from portal.screening.conditions import Condition, Derived, Test, walk
from portal.screening.reach import witness

if TYPE_CHECKING:
    from portal.screening.questionnaire import Questionnaire
    from portal.screening.questions import Question
    from portal.screening.rules import Modifier, Rule, RuleSet

BASES = frozenset({"read", "recalled", "own judgement"})


class InvalidRulesError(ValueError):
    """Everything that is wrong with the rules or the questions, one line each."""


def validate(rules: RuleSet, asked: Questionnaire) -> None:
    """Raise InvalidRulesError listing every fault at once, or do nothing."""
    faults = [*_faults(rules, asked)]
    if faults:
        raise InvalidRulesError("\n".join(faults))


def _faults(rules: RuleSet, asked: Questionnaire) -> Iterator[str]:
    yield from _duplicates(rules, asked)
    for name, condition in _conditions(rules, asked):
        yield from (f"{name}: {fault}" for fault in _condition_faults(condition, asked))
    for rule in rules.rules:
        yield from (f"{rule.id}: {fault}" for fault in _rule_faults(rule, rules, asked))
    for key, citation in rules.citations.items():
        if citation.basis not in BASES:
            yield f"citation {key}: basis must be one of {sorted(BASES)}"
    yield from _unused(rules, asked)
    yield from _page_faults(asked)
    yield from _unreachable(rules, asked)


def _duplicates(rules: RuleSet, asked: Questionnaire) -> Iterator[str]:
    for kind, names in (
        ("rule", [rule.id for rule in rules.rules]),
        ("modifier", [modifier.id for modifier in rules.modifiers]),
        ("page", [page.slug for page in asked.pages]),
    ):
        yield from (f"{kind} {name}: defined twice" for name in _repeated(names))


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _conditions(rules: RuleSet, asked: Questionnaire) -> Iterator[tuple[str, Condition]]:
    """Every condition of both files, with the name to complain under."""
    yield from ((f"derived {name}", each) for name, each in rules.derived.items())
    yield from ((rule.id, rule.when) for rule in rules.rules)
    yield from ((modifier.id, modifier.when) for modifier in rules.modifiers)
    yield from ((f"page {name}", each) for name, each in asked.definitions.conditions.items())
    for question in asked.questions.values():
        if question.when:
            yield f"question {question.key}", question.when


def _condition_faults(condition: Condition, asked: Questionnaire) -> Iterator[str]:
    for test in _tests(condition):
        for key in [test.key, test.bound] if test.operator == "above" else [test.key]:
            if key not in asked.defaults:
                yield f"unknown key {key!r}"
        question = asked.questions.get(test.key)
        if question and question.options:
            yield from _value_faults(test, question)


def _value_faults(test: Test, question: Question) -> Iterator[str]:
    if (test.operator == "includes") is not (question.kind == "multi") and test.operator in {
        "eq",
        "in",
        "includes",
    }:
        yield f"{test.operator!r} does not suit {test.key!r}"
    for value in _values(test):
        if value not in question.values:
            yield f"{test.key!r} has no value {value!r}"


def _values(test: Test) -> tuple[str, ...]:
    if test.operator == "eq":
        return (test.bound,)
    return test.bound if test.operator in {"in", "includes"} else ()


def _tests(condition: Condition) -> list[Test]:
    return [part for part in walk(condition) if isinstance(part, Test)]


def _rule_faults(rule: Rule, rules: RuleSet, asked: Questionnaire) -> Iterator[str]:
    if not rule.citations:
        yield "a rule needs a citation"
    yield from (f"no citation {key!r}" for key in rule.citations if key not in rules.citations)
    yield from (f"no question {key!r}" for key in rule.because if key not in asked.questions)
    if rule.level not in {"CAUTION", "REFERRAL", "URGENT", "EMERGENCY"}:
        yield f"no level {rule.level!r}"
    if rule.timeframe not in rules.words.timeframe:
        yield f"no timeframe {rule.timeframe!r}"
    if rule.hold not in rules.words.hold:
        yield f"no hold {rule.hold!r}"
    yield from _signature_faults(rule)


def _signature_faults(rule: Rule) -> Iterator[str]:
    """Check that a signature is a name and a day, or neither."""
    if bool(rule.reviewed_by) is not bool(rule.reviewed_on):
        yield "reviewed_by and reviewed_on go together"
    try:
        _ = rule.reviewed_on and date.fromisoformat(rule.reviewed_on)
    except ValueError:
        yield f"reviewed_on is not a date: {rule.reviewed_on!r}"


def _unused(rules: RuleSet, asked: Questionnaire) -> Iterator[str]:
    """Options that nothing reads, and shared conditions that nothing uses."""
    everything = [condition for _, condition in _conditions(rules, asked)]
    read = {
        (test.key, value)
        for condition in everything
        for test in _tests(condition)
        for value in _values(test)
    }
    for question in asked.questions.values():
        for option in question.options:
            if not _is_read(question, option.value, read) and not option.unscored:
                yield f"question {question.key}: no rule or page uses {option.value!r}"
    used = {
        part.name
        for condition in everything
        for part in walk(condition)
        if isinstance(part, Derived)
    }
    yield from (f"derived {name}: not used" for name in rules.derived if name not in used)


def _is_read(question: Question, value: str, read: set[tuple[str, str]]) -> bool:
    """Clear answers are read by being clear, and of two answers reading one reads both."""
    if question.plain:
        return any((question.key, either) in read for either in question.values)
    return (
        (question.key, value) in read
        or (value, "yes") in read
        or value in (question.clear, question.default)
        or bool(question.also_read_by)
    )


def _page_faults(asked: Questionnaire) -> Iterator[str]:
    shown = {key for page in asked.pages for key in page.keys}
    yield from (f"page: unknown key {key!r}" for key in sorted(shown - asked.questions.keys()))
    yield from (f"question {key}: on no page" for key in asked.questions if key not in shown)
    for page in asked.pages:
        for key in page.ticks:
            question = asked.questions.get(key)
            if question and (not question.tick or question.clear is None):
                yield f"page {page.slug}: {key!r} needs a tick line and a clear answer"


def _unreachable(rules: RuleSet, asked: Questionnaire) -> Iterator[str]:
    """Rules and modifiers that no set of answers can make fire."""
    both: tuple[Rule | Modifier, ...] = (*rules.rules, *rules.modifiers)
    for each in both:
        if witness(each.when, rules.derived, asked) is None:
            yield f"{each.id}: no answers can make it fire"
    reached = {rule.level for rule in rules.rules}
    for level in ("CAUTION", "REFERRAL", "URGENT", "EMERGENCY"):
        if level not in reached:
            yield f"no rule reaches {level}"
    for words, values in (
        (rules.words.timeframe, {rule.timeframe for rule in rules.rules}),
        (rules.words.hold, {rule.hold for rule in rules.rules}),
    ):
        yield from (f"no rule uses {word!r}" for word in words if word not in values)
