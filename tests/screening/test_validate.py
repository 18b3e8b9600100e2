"""The validator refuses what is unclear, unreachable or without a source, by name."""

import tomllib
from copy import deepcopy
from importlib import resources

import pytest

from portal.screening import questionnaire
from portal.screening.conditions import BadConditionError
from portal.screening.questionnaire import Questionnaire
from portal.screening.rules import read_rules
from portal.screening.validate import InvalidRulesError, validate


def shipped(name):
    return tomllib.loads(resources.files("portal.screening").joinpath(name).read_text("utf-8"))


RULES, QUESTIONS = shipped("rules.toml"), shipped("questions.toml")


def faults(*, rule=None, rules=None, questions=None):
    """What is wrong once the first rule, the rules or the questions are edited."""
    edited, asked = deepcopy(RULES), deepcopy(QUESTIONS)
    edited["rule"][0].update(rule or {})
    if rules:
        rules(edited)
    if questions:
        questions(asked)
    with pytest.raises(InvalidRulesError) as refused:
        validate(read_rules(edited), Questionnaire(asked) if questions else questionnaire())
    return str(refused.value).splitlines()


def test_shipped_rules_are_valid():
    validate(read_rules(RULES), questionnaire())


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        ({"citations": []}, "a rule needs a citation"),
        ({"citations": ["a-blog"]}, "no citation 'a-blog'"),
        ({"because": ["mood"]}, "no question 'mood'"),
        ({"level": "INCOMPLETE"}, "no level 'INCOMPLETE'"),
        ({"timeframe": "soon"}, "no timeframe 'soon'"),
        ({"hold": "some"}, "no hold 'some'"),
        ({"reviewed_by": "Dr A. Example"}, "reviewed_by and reviewed_on go together"),
        (
            {"reviewed_by": "Dr A. Example", "reviewed_on": "spring"},
            "reviewed_on is not a date: 'spring'",
        ),
        ({"when": {"q": "mood", "eq": "low"}}, "unknown key 'mood'"),
        ({"when": {"q": "fever", "eq": "maybe"}}, "'fever' has no value 'maybe'"),
        ({"when": {"q": "pain_sites", "eq": "neck"}}, "'eq' does not suit 'pain_sites'"),
        ({"when": {"q": "fever", "includes": ["yes"]}}, "'includes' does not suit 'fever'"),
    ],
)
def test_faulty_rule_is_refused(edit, fault):
    assert f"CES-SADDLE: {fault}" in faults(rule=edit)


def test_signed_rule_is_valid():
    signed = deepcopy(RULES)
    signed["rule"][0] |= {"reviewed_by": "Dr A. Example", "reviewed_on": "2026-12-01"}

    validate(read_rules(signed), questionnaire())


@pytest.mark.parametrize(
    "when",
    [
        {"all": [{"q": "fever", "eq": "yes"}, {"q": "fever", "eq": "no"}]},
        {"all": [{"q": "nprs", "gte": 8}, {"q": "nprs", "lt": 8}]},
        {"q": "nprs", "gte": 11},
        {"all": [{"derived": "back_pain"}, {"not": {"derived": "back_or_leg_pain"}}]},
        {"all": [{"derived": "three_weak_signs"}, {"not": {"derived": "two_weak_signs"}}]},
    ],
)
def test_rule_that_no_answers_can_fire_is_refused(when):
    assert faults(rule={"when": when}) == ["CES-SADDLE: no answers can make it fire"]


def test_outcome_that_no_rule_uses_is_refused():
    def soften(rules):
        for rule in rules["rule"]:
            rule["hold"] = "all" if rule["hold"] == "vigorous" else rule["hold"]

    assert faults(rules=soften) == ["no rule uses 'vigorous'"]


def test_level_that_no_rule_reaches_is_refused():
    def calm(rules):
        for rule in rules["rule"]:
            rule["level"] = "REFERRAL" if rule["level"] == "URGENT" else rule["level"]

    assert faults(rules=calm) == ["no rule reaches URGENT"]


def test_rule_defined_twice_is_refused():
    assert faults(rules=lambda rules: rules["rule"].append(rules["rule"][0])) == [
        "rule CES-SADDLE: defined twice",
    ]


def test_shared_condition_that_nothing_uses_is_refused():
    def spare(rules):
        rules["derived"]["spare"] = {"q": "fever", "eq": "yes"}

    assert faults(rules=spare) == ["derived spare: not used"]


def test_citation_of_unknown_standing_is_refused():
    def boast(rules):
        rules["citation"]["own"]["basis"] = "proven"

    assert faults(rules=boast) == [
        "citation own: basis must be one of ['own judgement', 'read', 'recalled']",
    ]


def question(asked, key):
    return next(table for table in asked["question"] if table["key"] == key)


def test_option_that_no_rule_or_page_uses_is_refused():
    def offer(asked):
        question(asked, "surgery")["options"].append({"value": "planned", "label": "Planned"})

    assert faults(questions=offer) == ["question surgery: no rule or page uses 'planned'"]


def test_question_on_no_page_is_refused():
    def forget(asked):
        asked["page"] = [page for page in asked["page"] if page.get("asks") != ["guardian_present"]]

    assert faults(questions=forget) == ["question guardian_present: on no page"]


def test_item_of_a_group_without_a_tick_line_is_refused():
    def blank(asked):
        question(asked, "fever")["tick"] = ""

    assert faults(questions=blank) == ["page first: 'fever' needs a tick line and a clear answer"]


@pytest.mark.parametrize(
    "when",
    [
        *[{}, {"all": []}, {"any": []}, {"q": "fever"}, {"q": "fever", "eq": "yes", "in": ["no"]}],
        *[{"q": "fever", "matches": ".*"}, {"eval": "1 == 1"}, "fever == yes", {"not": []}],
        *[{"q": "nprs", "gte": "7"}, {"q": "fever", "in": []}, {"derived": "unheard_of"}],
        {"count": [{"q": "fever", "eq": "yes"}], "lt": 2},
    ],
)
def test_condition_outside_the_closed_set_is_refused(when):
    edited = deepcopy(RULES)
    edited["rule"][0]["when"] = when

    with pytest.raises(BadConditionError):
        read_rules(edited)
