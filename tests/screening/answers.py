"""Answer sets for the tests: random ones in the vocabulary of the rules, and files of cases."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from portal.screening import questionnaire

HERE = Path(__file__).parent
AGES = [None, 0, 4, 5, 12, 15, 16, 17, 18, 34, 35, 40, 44, 45, 49, 50, 60, 69, 70, 110, 111]
ONSET_AGES = [None, None, 0, 20, 34, 35, 44, 45, 60]
LOUD = [
    *["tearing_pain", "stroke_signs", "chest_pain", "breathless", "saddle_numb", "bladder"],
    *["bowel", "leg_weakness", "calf_one_leg", "preg_warning"],
]
"""Keys whose worst answers would drown every rule below URGENT if all were drawn evenly."""


@cache
def values_of(key: str) -> tuple[Any, ...]:
    """The values a fact can take; None where a question can be asked and not answered."""
    question = questionnaire().questions.get(key)
    if key in {"age", "age_at_onset"}:
        return tuple(AGES if key == "age" else ONSET_AGES)
    if question is None:
        return ("no", "yes", None)
    if question.kind == "scale":
        return tuple(range(question.minimum, question.maximum + 1))
    return (*question.values, None) if question.kind == "choice" else ("",)


@cache
def several_of(key: str) -> tuple[str, ...]:
    """The values of a fact that can take several at once."""
    question = questionnaire().questions.get(key)
    return tuple(question.values) if question and question.kind == "multi" else ()


def random_value(key: str, random: Random) -> Any:
    if several := several_of(key):
        return random.sample(several, random.choice((0, 1, 1, 2, 3)))
    values = values_of(key)
    return values[int(random.random() * len(values))]


def random_answers(random: Random) -> dict[str, Any]:
    """Sparse or dense, with back pain more often than not, and most often without an emergency."""
    density = random.choice((0.1, 0.25, 0.5, 0.9))
    keys = [key for key in questionnaire().defaults if random.random() < density]
    answers = {key: random_value(key, random) for key in keys}
    if random.random() < 0.6:
        answers.setdefault("pain_sites", ["low_back"])
    if random.random() < 0.7:
        for key in LOUD:
            answers.pop(key, None)
    return answers


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of one committed file."""
    return json.loads((HERE / name).read_text("utf-8"))
