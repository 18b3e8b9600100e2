"""The questionnaire and a set of answers as FHIR R4 resources, plain dicts ready for JSON.

`linkId` is the answer key. FHIR's `enableWhen` is one list of comparisons, all of which or any of
which must hold; a condition with both is said by nested groups, each with one "any" of its own, so
that every `when` of questions.toml is expressed in full. The nerve questions keep each other on the
path, so some of them name a later one: a form filler has to look again after each answer.

A condition outside that (`not`, `count`, one answer compared with another) would be refused here: a
test converts them all, and compares what is enabled with what the portal asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from portal.screening.conditions import Condition, Derived, Several, Test
from portal.screening.questionnaire import RESERVED, Questionnaire, questionnaire
from portal.screening.questions import Option, Question

MEDIA_TYPE = "application/fhir+json"
Resource = dict[str, Any]
TYPES = {"choice": "choice", "multi": "choice", "number": "integer", "scale": "integer"}
BOUND = "http://hl7.org/fhir/StructureDefinition/{}Value"
SIGNS = {"gte": ">=", "lt": "<"}


@dataclass(frozen=True)
class Sheet:
    """One person's answers as they were decided on, and what is said of them.

    `subject` is the reference that the studio knows the person by, `version` the questionnaire's at
    the time, `authored` a moment in ISO 8601.
    """

    answers: Mapping[str, Any]
    subject: str
    version: str
    authored: str
    complete: bool


@dataclass(frozen=True)
class Atom:
    """One comparison of one answer."""

    key: str
    operator: str
    value: Any


Clauses = tuple[tuple[Atom, ...], ...]
"""All of these hold; each holds when any of its atoms does."""


class NotInFhirError(ValueError):
    """A condition that `enableWhen` cannot say."""


def questionnaire_resource(*, url: str, publisher: str) -> Resource:
    """Return the questionnaire as it is published at `url`."""
    asked = questionnaire()
    return {
        "resourceType": "Questionnaire",
        "id": "health-check",
        "url": url,
        "version": asked.version,
        "name": "HealthCheck",
        "title": "Health check",
        "status": "active",
        "experimental": False,
        "subjectType": ["Patient"],
        "publisher": publisher,
        "description": "What a studio asks before somebody trains. It is no diagnosis.",
        "item": [_nested(asked, question, url) for question in asked.questions.values()],
    }


def response_resource(sheet: Sheet, *, url: str) -> Resource:
    """Return one person's answers; a key that the questionnaire no longer has is kept as text."""
    asked = questionnaire()
    known = (_answered(asked, each, sheet.answers, url) for each in asked.questions.values())
    gone = [key for key in sheet.answers if key not in asked.questions and key not in RESERVED]
    who = {"type": "Patient", "identifier": {"value": sheet.subject}}
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{url}|{sheet.version}",
        "status": "completed" if sheet.complete else "in-progress",
        "subject": who,
        "source": who,
        "authored": sheet.authored,
        "item": [
            *filter(None, known),
            *({"linkId": key, "text": key, "answer": _as_text(sheet.answers[key])} for key in gone),
        ],
    }


def clauses(asked: Questionnaire, condition: Condition) -> Clauses:
    """Return a condition as a conjunction of disjunctions; raise NotInFhirError where none is."""
    match condition:
        case Test():
            return (_atoms(condition),)
        case Derived(name):
            return clauses(asked, asked.definitions.conditions[name])
        case Several("all", _, parts):
            found = [clause for part in parts for clause in clauses(asked, part)]
            return tuple(dict.fromkeys(found))
        case Several("any", _, parts):
            several = product(*(clauses(asked, part) for part in parts))
            return tuple(tuple(atom for clause in row for atom in clause) for row in several)
    raise NotInFhirError(f"enableWhen cannot say {condition!r}")


def _atoms(test: Test) -> tuple[Atom, ...]:
    if test.operator in {"in", "includes"}:
        return tuple(Atom(test.key, "=", value) for value in test.bound)
    if test.operator in {"answered", "some"}:
        return (Atom(test.key, "exists", test.bound),)
    if test.operator == "eq":
        return (Atom(test.key, "=", test.bound),)
    if test.operator in SIGNS:
        return (Atom(test.key, SIGNS[test.operator], test.bound),)
    raise NotInFhirError(f"enableWhen cannot say {test!r}")


def _layers(asked: Questionnaire, question: Question) -> tuple[list[Clauses], Clauses]:
    """Return the conditions of the groups around a question, outermost first, and its own."""
    found = clauses(asked, question.when) if question.when else ()
    several = [clause for clause in found if len(clause) > 1]
    single = tuple(clause for clause in found if len(clause) == 1)
    if not single and several:
        return [(clause,) for clause in several[:-1]], (several[-1],)
    return [(clause,) for clause in several], single


def _nested(asked: Questionnaire, question: Question, url: str) -> Resource:
    around, own = _layers(asked, question)
    item = _item(question, url) | _enable_when(asked, own, url)
    for number, layer in reversed([*enumerate(around, 1)]):
        group = {"linkId": f"{question.key}--{number}", "type": "group", "item": [item]}
        item = group | _enable_when(asked, layer, url)
    return item


def _enable_when(asked: Questionnaire, own: Clauses, url: str) -> Resource:
    atoms = [atom for clause in own for atom in clause]
    if not atoms:
        return {}
    found: Resource = {"enableWhen": [_comparison(asked, atom, url) for atom in atoms]}
    if len(atoms) > 1:
        found["enableBehavior"] = "all" if len(own) > 1 else "any"
    return found


def _comparison(asked: Questionnaire, atom: Atom, url: str) -> Resource:
    question = asked.questions[atom.key]
    said = {"question": atom.key, "operator": atom.operator}
    if atom.operator == "exists":
        return said | {"answerBoolean": atom.value}
    if question.options:
        option = next(each for each in question.options if each.value == atom.value)
        return said | {"answerCoding": _coding(question, option, url)}
    return said | {"answerInteger": atom.value}


def _item(question: Question, url: str) -> Resource:
    item: Resource = {
        "linkId": question.key,
        "text": question.text,
        "type": TYPES.get(question.kind, "text"),
        "required": question.required and question.kind != "multi",
        "repeats": question.kind == "multi",
    }
    if question.options:
        item["answerOption"] = [
            {"valueCoding": _coding(question, option, url)} for option in question.options
        ]
    elif item["type"] == "integer":
        bounds = (("min", question.minimum), ("max", question.maximum))
        item["extension"] = [{"url": BOUND.format(at), "valueInteger": end} for at, end in bounds]
    return item


def _coding(question: Question, option: Option, url: str) -> Resource:
    return {"system": f"{url}#{question.key}", "code": option.value, "display": option.label}


def _answered(
    asked: Questionnaire, question: Question, answers: Mapping[str, Any], url: str
) -> Resource | None:
    """Return the item of an answered question in the groups around it, None without an answer.

    "None of these" is an item without an answer: the question was asked, and nothing was ticked.
    """
    value = answers.get(question.key)
    if value is None:
        return None
    item: Resource = {"linkId": question.key, "text": question.text}
    if said := list(_values(question, value, url)):
        item["answer"] = said
    around, _ = _layers(asked, question)
    for number in range(len(around), 0, -1):
        item = {"linkId": f"{question.key}--{number}", "item": [item]}
    return item


def _values(question: Question, value: Any, url: str) -> Iterator[Resource]:
    for one in value if isinstance(value, list) else [value]:
        option = next((each for each in question.options if each.value == one), None)
        if option:
            yield {"valueCoding": _coding(question, option, url)}
        elif isinstance(one, int):
            yield {"valueInteger": one}
        elif one:
            yield {"valueString": str(one)}


def _as_text(value: Any) -> Sequence[Resource]:
    return [{"valueString": str(one)} for one in (value if isinstance(value, list) else [value])]
