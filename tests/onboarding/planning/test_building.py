"""A plan from an assessment: who has none, what is in, where it starts and what is different."""

import pytest

from portal.onboarding.planning import Assessment, Finding, Goal, build
from portal.onboarding.planning.facts import BadAssessmentError

WELL = {"age": 40, "active_regular": "yes", "nprs": 0, "fear_move": 0, "confidence": 9}
SORE = {**WELL, "pain_sites": ["low_back"], "duration": "gt_12w", "trend": "same", "nprs": 3}


def plan(answers=WELL, *modifiers, **more):
    return build(Assessment(answers, frozenset(modifiers), **more))


def levels(built):
    return {item.exercise: item.level for item in built.items}


def test_same_assessment_gives_the_same_plan():
    assert plan(SORE, goals=(Goal(area="lift"),)) == plan(SORE, goals=(Goal(area="lift"),))


@pytest.mark.parametrize(
    ("answers", "modifiers", "rule"),
    [
        ({**SORE, "bladder": "new_2w"}, [], "REFUSE-ADVICE-FIRST"),
        ({**SORE, "leg_weakness": "new_one"}, [], "REFUSE-ADVICE-FIRST"),
        ({**SORE, "chest_pain": None}, [], "REFUSE-OPEN-ANSWER"),
        (SORE, ["reask_emergency"], "REFUSE-OPEN-ANSWER"),
        ({**WELL, "temp_illness": "yes"}, [], "REFUSE-UNTIL-WELL"),
        ({**WELL, "supervised_only": "yes"}, [], "REFUSE-HELD"),
        ({**WELL, "age": 15}, [], "REFUSE-HELD"),
    ],
)
def test_held_person_has_no_plan_and_reads_why(answers, modifiers, rule):
    built = plan(answers, *modifiers)
    assert (built.items, built.minutes, built.held.rule_id) == ((), 0, rule)


def test_released_person_has_a_plan_although_the_answers_still_hold():
    assert plan({**WELL, "supervised_only": "yes"}, hold="none").held is None


@pytest.mark.parametrize(
    "more",
    [
        {"answers": {"mood": "low"}},
        {"answers": {"nprs": 11}},
        {"answers": {"nprs": "4"}},
        {"answers": {"age": "40"}},
        {"answers": {"aggravators": "flexion"}},
        {"answers": {"aggravators": ["forward"]}},
        {"answers": {"aggravators": [[]]}},
        {"answers": {"pregnancy": []}},
        {"modifiers": frozenset({"be_careful"})},
        {"movements": {"jump": Finding()}},
        {"movements": {"squat": Finding(scale="bad")}},
        {"movements": {"squat": Finding(side="front")}},
        {"movements": {"squat": Finding(pain=11)}},
        {"goals": (Goal(area="fame"),)},
        {"lifestyle": {"coffee": 3}},
        {"lifestyle": {"sleep": "deep"}},
        {"eases": frozenset({"wine"})},
        {"limits": frozenset({"no_fun"})},
        {"hold": "some"},
    ],
)
def test_assessment_outside_the_vocabulary_is_refused_by_name(more):
    with pytest.raises(BadAssessmentError):
        Assessment(**{"answers": WELL, **more})
