"""Finds answers that make a condition hold, or shows that none can: keys are independent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from portal.screening.closures import build
from portal.screening.conditions import Condition, Derived, Not, Several, Test

if TYPE_CHECKING:
    from portal.screening.questionnaire import Questionnaire

Goal = tuple[Condition, bool]
Choices = dict[str, list[Any]]
LARGEST_LIST = 3
"""No condition asks for more than this many places of pain or conditions at once."""


def witness(
    condition: Condition, derived: Mapping[str, Condition], asked: Questionnaire
) -> dict[str, Any] | None:
    """One value for every key that matters, or None when the condition contradicts itself."""
    search = _Search(derived, asked)
    choices = next(search.solve([(condition, True)], {}), None)
    if choices is None:
        return None
    return {key: values[0] for key, values in choices.items()}


class _Search:
    """Depth first over the alternatives, with the values left for each key."""

    def __init__(self, derived: Mapping[str, Condition], asked: Questionnaire) -> None:
        self._derived, self._asked = derived, asked

    def solve(self, goals: list[Goal], choices: Choices) -> Iterator[Choices]:
        if not goals:
            yield choices
            return
        (condition, wanted), *rest = goals
        match condition:
            case Test():
                yield from self._test(condition, choices, rest, wanted=wanted)
            case Derived(name):
                yield from self.solve([(self._derived[name], wanted), *rest], choices)
            case Not(part):
                yield from self.solve([(part, not wanted), *rest], choices)
            case Several():
                for goal in _alternatives(condition, wanted=wanted):
                    yield from self.solve([*goal, *rest], choices)

    def _test(
        self, test: Test, choices: Choices, rest: list[Goal], *, wanted: bool
    ) -> Iterator[Choices]:
        """Keep the values that pass; a test between two answers is left to their bounds."""
        if test.operator == "above":
            yield from self.solve(rest, choices)
            return
        holds = build(test)
        left = [
            value
            for value in choices.get(test.key) or self._values(test.key)
            if holds({test.key: value}) is wanted
        ]
        if left:
            yield from self.solve(rest, {**choices, test.key: left})

    def _values(self, key: str) -> list[Any]:
        question = self._asked.questions.get(key)
        if question is None:
            return ["no", "yes"]
        if question.kind == "multi":
            sizes = range(LARGEST_LIST + 1)
            return [list(some) for size in sizes for some in combinations(question.values, size)]
        if question.options:
            return [*question.values, None]
        return [*range(question.minimum, question.maximum + 1), None]


def _alternatives(several: Several, *, wanted: bool) -> Iterator[list[Goal]]:
    """Each smallest set of parts that decides it: enough that hold, or enough that do not."""
    needed = several.least if wanted else len(several.parts) - several.least + 1
    for parts in combinations(several.parts, needed):
        yield [(part, wanted) for part in parts]
