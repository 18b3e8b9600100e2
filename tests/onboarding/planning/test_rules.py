"""The validator refuses planning rules that are unclear, useless or without a source, by name."""

import tomllib
from copy import deepcopy
from importlib import resources

import pytest

from portal.onboarding.planning.rules import plan_rules, read_rules
from portal.onboarding.planning.signals import faults_of, read_signals
from portal.onboarding.planning.validate import InvalidPlanRulesError, validate
from portal.screening.conditions import BadConditionError


def shipped(name):
    files = resources.files("portal.onboarding.planning")
    return tomllib.loads(files.joinpath(f"{name}.toml").read_text("utf-8"))


RULES, LIGHT = shipped("rules"), shipped("light")
FIRST = RULES["rule"][0]["id"]


def faults(edit):
    edited = deepcopy(RULES)
    edit(edited)
    with pytest.raises(InvalidPlanRulesError) as refused:
        validate(read_rules(edited))
    return str(refused.value).splitlines()


def place(rule_id):
    return next(at for at, rule in enumerate(RULES["rule"]) if rule["id"] == rule_id)


def test_shipped_rules_are_valid():
    validate(read_rules(RULES))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        ({"kind": "advise"}, "no kind 'advise'"),
        ({"words": ""}, "a rule needs words and a citation"),
        ({"citations": []}, "a rule needs words and a citation"),
        ({"citations": ["a-blog"]}, "no citation 'a-blog'"),
        ({"exercises": ["plank"]}, "no exercise 'plank'"),
        ({"without": ["loud"]}, "no tag 'loud'"),
        ({"only": ["quiet"]}, "no tag 'quiet'"),
        ({"kind": "limit"}, "a limit rule that changes nothing"),
        ({"kind": "start"}, "a start rule that changes nothing"),
        ({"kind": "choose", "points": 3}, "a choose rule that changes nothing"),
        ({"kind": "choose", "exercises": ["walk"]}, "a choose rule that changes nothing"),
        ({"kind": "size"}, "a size rule that changes nothing"),
        ({"when": {"q": "mood", "eq": "low"}}, "unknown key 'mood'"),
        ({"when": {"q": "fear_move", "eq": "a lot"}}, "'fear_move' has no value 'a lot'"),
        ({"when": {"q": "modifiers", "includes": ["calm"]}}, "'modifiers' has no value 'calm'"),
        ({"reviewed_by": "Dr A. Example"}, "reviewed_by and reviewed_on go together"),
        (
            {"reviewed_by": "Dr A. Example", "reviewed_on": "soon"},
            "reviewed_on is not a date: 'soon'",
        ),
    ],
)
def test_faulty_rule_is_refused(edit, fault):
    assert f"{FIRST}: {fault}" in faults(lambda raw: raw["rule"][0].update(edit))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda raw: raw["rule"].append(raw["rule"][0]), f"{FIRST}: defined twice"),
        (
            lambda raw: raw["derived"].update(idle={"any": [{"q": "age", "gte": 60}]}),
            "derived idle: not used",
        ),
        (
            lambda raw: raw["derived"].update(odd={"any": [{"q": "mood", "eq": "low"}]}),
            "derived odd: unknown key 'mood'",
        ),
        (
            lambda raw: raw["citation"].update(idle={"title": "", "where": "", "basis": "read"}),
            "citation idle: not used",
        ),
        (
            lambda raw: raw["citation"]["own"].update(basis="hearsay"),
            "citation own: basis must be one of ['own judgement', 'read', 'recalled']",
        ),
        (
            lambda raw: (
                [
                    rule.update(exercises=["walk"])
                    for rule in raw["rule"]
                    if "lunge" in rule.get("exercises", [])
                ]
                and raw["rule"].pop(place("CHOOSE-GOAL-{name}"))
            ),
            "exercise lunge: no rule chooses it",
        ),
    ],
)
def test_faulty_set_of_rules_is_refused(edit, fault):
    assert fault in faults(edit)


def test_condition_outside_the_closed_language_is_refused():
    edited = deepcopy(RULES)
    edited["rule"][0]["when"] = {"python": "True"}
    with pytest.raises(BadConditionError):
        read_rules(edited)


def test_rule_for_each_change_speaks_of_that_exercise_only():
    rule = next(one for one in plan_rules().rules if one.id == "CHANGE-squat-flexion")
    assert (rule.exercises, rule.up_to, rule.change) == ({"squat"}, 3, "A higher seat.")
    assert rule.words == "Bending forward brings your pain on for now. A higher seat."


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda raw: raw["zone"][0].update(most=3), "the zones must cover 0 to 10 once"),
        (lambda raw: raw["zone"].reverse(), "the zones must cover 0 to 10 once"),
        (lambda raw: raw["signs"].append("mood"), "no question 'mood'"),
        (lambda raw: raw["rule"][0].update(kind="hope"), "STOP-LEG: no kind 'hope'"),
        (lambda raw: raw["rule"][0].update(words=""), "STOP-LEG: a rule needs words"),
        (lambda raw: raw["rule"][0].update(coach=""), "STOP-LEG: a coach needs words for it"),
        (lambda raw: raw["rule"][0].update(ask=["mood"]), "STOP-LEG: no question 'mood'"),
        (lambda raw: raw["rule"][0].update(citations=["a-blog"]), "STOP-LEG: no citation"),
        (lambda raw: raw["rule"][0].update(kind="back"), "STOP-LEG: the first level needs words"),
        (lambda raw: raw["rule"][0].update(reviewed_by="A"), "STOP-LEG: reviewed_by and"),
        (lambda raw: raw["citation"]["basis-back"].update(basis="x"), "citation basis-back: basis"),
        (
            lambda raw: raw["citation"].update(idle={"title": "", "where": "", "basis": "read"}),
            "citation idle: not used",
        ),
    ],
)
def test_faulty_traffic_light_is_refused(edit, fault):
    edited = deepcopy(LIGHT)
    edit(edited)
    assert [line for line in faults_of(read_signals(edited)) if line.startswith(fault)] != []


def test_shipped_traffic_light_is_valid():
    assert list(faults_of(read_signals(LIGHT))) == []
