"""The FHIR resources: valid R4, complete, and enabled exactly when the portal asks."""

import json
from itertools import combinations
from random import Random
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from portal.screening import conditions, fhir, questionnaire
from portal.screening.fhir import NotInFhirError, clauses, questionnaire_resource
from tests.screening.answers import random_answers, random_value

URL = "https://studio.example/how-screening-works/questionnaire.json"
AGE = conditions.Test("age", "lt", 16)
PUBLISHED = questionnaire_resource(url=URL, publisher="Trueline")


def response(answers: dict[str, Any], **more) -> dict[str, Any]:
    facts = {"version": "2026.1", "subject": "TL-ADA", "complete": True, **more}
    sheet = fhir.Sheet(answers, authored="2026-11-22T18:00:00+00:00", **facts)
    return fhir.response_resource(sheet, url=URL)


def items(found: list[dict[str, Any]]):
    """Every item, with the items around it."""
    for item in found:
        yield item
        yield from items(item.get("item", ()))


def by_key(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["linkId"]: item for item in items(resource["item"])}


def enabled(resource: dict[str, Any], said: dict[str, list[Any]]) -> set[str]:
    """The questions that a FHIR form filler shows: R4's rules for enableWhen, and no more."""

    def holds(test: dict[str, Any]) -> bool:
        values = said.get(test["question"], [])
        wanted = next(value for name, value in test.items() if name.startswith("answer"))
        wanted = wanted["code"] if isinstance(wanted, dict) else wanted
        match test["operator"]:
            case "exists":
                return bool(values) is wanted
            case "=":
                return wanted in values
            case "<":
                return any(value < wanted for value in values)
            case ">=":
                return any(value >= wanted for value in values)
        raise AssertionError(test)

    def shown(found: list[dict[str, Any]]) -> set[str]:
        keys: set[str] = set()
        for item in found:
            tests = [holds(test) for test in item.get("enableWhen", ())]
            together = any if item.get("enableBehavior") == "any" else all
            if together(tests):
                keys |= shown(item["item"]) if item["type"] == "group" else {item["linkId"]}
        return keys

    return shown(resource["item"])


def said_in(resource: dict[str, Any]) -> dict[str, list[Any]]:
    """The answers that a response holds, as a form filler reads them back."""
    return {
        item["linkId"]: [
            value["code"] if isinstance(value, dict) else value
            for answer in item.get("answer", ())
            for value in answer.values()
        ]
        for item in items(resource["item"])
        if "item" not in item
    }


def random_sheets(count: int):
    """Whole and half answered sheets: what is asked is answered, again and again, most times."""
    random, asked = Random(41), questionnaire()  # noqa: S311
    for _ in range(count):
        answers = {k: v for k, v in random_answers(random).items() if k in asked.questions}
        for _ in range(random.choice((0, 1, 8))):
            for key in asked.missing(asked.prune(answers)):
                if random.random() < 0.8:
                    answers[key] = random_value(key, random)
        yield asked.prune(answers)


def test_questionnaire_is_valid_r4():
    assert Questionnaire.model_validate_json(json.dumps(PUBLISHED)).url == URL


def test_questionnaire_holds_every_question_and_option():
    found = by_key(PUBLISHED)
    for key, question in questionnaire().questions.items():
        codes = [option["valueCoding"]["code"] for option in found[key].get("answerOption", ())]
        assert (found[key]["text"], codes) == (question.text, [*question.values])
    groups = {key for key, item in found.items() if item["type"] == "group"}
    assert set(found) - groups == set(questionnaire().questions)
    assert all(key.partition("--")[0] in found for key in groups)


def test_numbers_carry_their_bounds():
    ends = {
        each["url"].rpartition("/")[2]: each["valueInteger"]
        for each in by_key(PUBLISHED)["age"]["extension"]
    }
    assert ends == {"minValue": 5, "maxValue": 110}


def test_enable_when_agrees_with_what_the_portal_asks():
    seen: set[str] = set()
    for answers in random_sheets(1500):
        asked = set(questionnaire().asked(answers))
        assert enabled(PUBLISHED, said_in(response(answers))) == asked, answers
        seen |= asked
    assert seen == set(questionnaire().questions)


def test_only_the_nerve_questions_rest_on_later_ones():
    """Each keeps the others on the path when the pain that led to it is taken back."""
    order = list(by_key(PUBLISHED))
    late = {
        (test["question"], key)
        for key, item in by_key(PUBLISHED).items()
        for test in item.get("enableWhen", ())
        if order.index(test["question"]) > order.index(key)
    }
    nerve = ("saddle_numb", "bladder", "bowel", "sexual")
    assert late == {(after, key) for key, after in combinations(nerve, 2)}


def test_responses_are_valid_and_say_everything_that_was_answered():
    for answers in random_sheets(100):
        made = response(answers)
        QuestionnaireResponse.model_validate_json(json.dumps(made))
        told = said_in(made)
        for key, value in answers.items():
            if key.startswith("_") or value is None:
                assert key not in told
            else:
                assert told[key] == (
                    value if isinstance(value, list) else [value] if value != "" else []
                )


def test_response_names_version_person_and_state():
    made = response({"age": 41}, complete=False)
    assert made["questionnaire"] == f"{URL}|2026.1"
    assert made["subject"] == {"type": "Patient", "identifier": {"value": "TL-ADA"}}
    assert made["status"] == "in-progress"


def test_answer_to_a_question_that_is_gone_is_kept_as_text():
    made = response({"age": 41, "old_question": ["a", "b"]}, version="2025.1")
    QuestionnaireResponse.model_validate_json(json.dumps(made))
    assert made["item"][-1] == {
        "linkId": "old_question",
        "text": "old_question",
        "answer": [{"valueString": "a"}, {"valueString": "b"}],
    }


@pytest.mark.parametrize(
    "condition",
    [
        conditions.Not(AGE),
        conditions.Several("count", 2, (AGE, AGE)),
        conditions.Test("age_at_onset", "above", "age"),
    ],
)
def test_what_enable_when_cannot_say_is_refused(condition):
    with pytest.raises(NotInFhirError):
        clauses(questionnaire(), condition)
