import re

import pytest

from portal.intake.speech import first_person, script
from portal.screening import questionnaire

STATEMENTS = [
    statement
    for question in questionnaire().questions.values()
    for statement in (*(option.statement for option in question.options), question.statement)
    if statement
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statement_turned_round_speaks_of_nobody_else(statement):
    assert re.search(r"\byou|\bwith I\b|\bme (were|are)\b", first_person(statement)) is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("pain that wakes you when you turn over", "pain that wakes me when I turn over"),
        ("been told your bones are thin or weak", "been told my bones are thin or weak"),
        ("a heart that races when you are resting", "a heart that races when I am resting"),
        ("a back problem that began when you were 28", "a back problem that began when I was 28"),
    ],
)
def test_statement_turned_round(statement, said):
    assert first_person(statement) == said


def test_script_with_one_and_with_two_reasons():
    assert script(["weakness in one leg"], when="today") == (
        "I have weakness in one leg. A health check told me to be seen today."
    )
    assert script(["a fever", "pain in your neck"], when="today") == (
        "I have a fever. I also have pain in my neck. A health check told me to be seen today."
    )
