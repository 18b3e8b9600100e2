"""Says a condition in plain words, and which answers made it hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portal.screening.conditions import OPERATORS, Condition, Derived, Not, Several, Test
from portal.screening.questionnaire import Questionnaire, questionnaire


def describe(condition: Condition, asked: Questionnaire | None = None) -> str:
    """Put a condition in words for the public page; shared conditions go by their name."""
    said = _say(condition, asked or questionnaire())
    return said[1:-1] if isinstance(condition, Several) and said.startswith("(") else said


def _say(condition: Condition, asked: Questionnaire) -> str:
    match condition:
        case Test():
            return _say_test(condition, asked)
        case Derived(name):
            return name.replace("_", " ")
        case Not(part):
            return f"not ({_say(part, asked)})"
        case Several(word, least, parts):
            said = [_say(part, asked) for part in parts]
            if word == "count":
                return f"at least {least} of ({'; '.join(said)})"
            joined = {"all": ", and ", "any": ", or "}[word].join(said)
            return joined if len(said) == 1 else f"({joined})"


def _say_test(test: Test, asked: Questionnaire) -> str:
    name = _name(test.key, asked)
    match test.operator:
        case "eq" | "in" | "includes":
            values = test.bound if isinstance(test.bound, tuple) else (test.bound,)
            return f"{name}: {' or '.join(_label(test.key, each, asked) for each in values)}"
        case "gte":
            return f"{name}: {test.bound} or more"
        case "lt":
            return f"{name}: less than {test.bound}"
        case "above":
            return f"{name}: more than {_name(test.bound, asked)}"
        case "some":
            return f"{name}: {'at least one' if test.bound else 'none'}"
    return f"{name}: {'answered' if test.bound else 'not answered'}"


def _name(key: str, asked: Questionnaire) -> str:
    """Find the short name of a question, or of the option that stands for a fact of its own."""
    if key in asked.questions:
        return asked.questions[key].short
    return next(
        option.label
        for question in asked.questions.values()
        for option in question.options
        if option.value == key
    )


def _label(key: str, value: str, asked: Questionnaire) -> str:
    question = asked.questions.get(key)
    return f'"{question.label_of(value) if question else value.capitalize()}"'


def supporting(
    condition: Condition, derived: Mapping[str, Condition], facts: Mapping[str, Any]
) -> set[str]:
    """Keys whose own answer speaks for the condition; those that left it open do not count."""
    return set(_supporting(condition, derived, facts, wanted=True))


def _supporting(
    condition: Condition,
    derived: Mapping[str, Condition],
    facts: Mapping[str, Any],
    *,
    wanted: bool,
) -> Iterator[str]:
    match condition:
        case Test(key, operator, bound):
            if operator in OPERATORS and OPERATORS[operator](facts[key], bound) is wanted:
                yield key
        case Derived(name):
            yield from _supporting(derived[name], derived, facts, wanted=wanted)
        case Not(part):
            yield from _supporting(part, derived, facts, wanted=not wanted)
        case Several(_, _, parts):
            for part in parts:
                yield from _supporting(part, derived, facts, wanted=wanted)
