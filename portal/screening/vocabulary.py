"""Which values a case from outside may carry: a word no rule knows must not read as "nothing"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from portal.screening.questionnaire import Question, questionnaire

NO_NEWS = frozenset({"", "no", "none", "not_sure", "prefer_not", "yes"})
"""Words that any question may carry; where a question does not offer them, no rule reads them."""
NUMBERS = ("number", "scale")


def check(case: Any, answers: Mapping[str, Any]) -> None:
    """Raise ValueError, naming case, key and value, for what the questions do not offer.

    None stays: asked and not answered. Unknown keys are left to `decide`.
    """
    for key, value in answers.items():
        if value is not None and key in questionnaire().defaults and not _is_known(key, value):
            raise ValueError(f"case {case}: {value!r} is no answer to {key}")


def _is_known(key: str, value: Any) -> bool:
    question = questionnaire().questions.get(key)
    if question is None or question.kind == "choice":
        return _is_word(key, value)
    if question.kind == "multi":
        return isinstance(value, list) and all(_is_word(key, each) for each in value)
    if question.kind in NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _is_word(key: str, value: Any) -> bool:
    return isinstance(value, str) and value in _words(key)


@cache
def _words(key: str) -> frozenset[str]:
    question: Question | None = questionnaire().questions.get(key)
    return NO_NEWS | frozenset(question.values if question else ())
