"""A plan from an assessment: who has none, what is in, where it starts and what is different."""

import pytest

from portal.onboarding.planning import (
    EXERCISES,
    Assessment,
    Finding,
    Goal,
    Item,
    Plan,
    alternatives,
    build,
    faults,
    highest_level,
    lowest_level,
)
from portal.onboarding.planning.facts import BadAssessmentError
from portal.onboarding.planning.library import GOAL_AREAS

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


# -- where it starts: both sides of every threshold

STRONG = {**WELL, "pain_sites": ["low_back"], "duration": "gt_12w", "trend": "better"}


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ({}, 2),
        ({"nprs": 3}, 2),
        ({"nprs": 4}, 1),
        ({"nprs": None}, 1),
        ({"fear_move": 6}, 2),
        ({"fear_move": 7}, 1),
        ({"confidence": 4}, 2),
        ({"confidence": 3}, 1),
        ({"active_regular": "no"}, 1),
        ({"leg_symptoms": "one"}, 1),
        ({"surgery": "spine_old"}, 1),
        ({"pregnancy": "pregnant"}, 1),
        ({"pregnancy": "postpartum_6w_6m"}, 1),
    ],
)
def test_first_level_follows_what_was_told(told, level):
    built = plan({**STRONG, **told}, hold="none")
    assert {item.level for item in built.items if item.exercise != "walk"} == {level}


@pytest.mark.parametrize("modifier", ["supportive_start", "start_light_moderate"])
def test_modifier_alone_keeps_to_the_first_level(modifier):
    assert set(levels(plan(WELL, modifier)).values()) == {1}


@pytest.mark.parametrize(("pain", "level"), [(0, 2), (1, 1)])
def test_movement_that_was_sore_at_the_screen_starts_at_the_first_level(pain, level):
    built = plan(WELL, movements={"squat": Finding(scale="easy", pain=pain)})
    assert levels(built)["squat"] == level
    assert levels(built)["hinge"] == 2


@pytest.mark.parametrize(("scale", "level"), [("easy", 2), ("effort", 2), ("part", 1)])
def test_movement_that_went_part_of_the_way_starts_at_the_first_level(scale, level):
    assert levels(plan(WELL, movements={"hinge": Finding(scale=scale)}))["hinge"] == level


def test_direction_that_brings_pain_on_changes_the_exercise_and_says_why():
    built = plan({**SORE, "aggravators": ["flexion"]})
    hinge = next(item for item in built.items if item.exercise == "hinge")
    assert (hinge.level, hinge.changes) == (1, ("Short range, hands on a raised surface.",))
    assert [why.rule_id for why in hinge.why] == [
        "CHOOSE-SKILL",
        "CHOOSE-BEND-AGAIN",
        "START-hinge-flexion",
        "CHANGE-hinge-flexion",
    ]


def test_both_halves_sore_leaves_nothing_over_of_a_movement():
    built = plan({**SORE, "aggravators": ["flexion", "extension"]})
    gone = {out.exercise: [why.rule_id for why in out.why] for out in built.left_out}
    assert gone["catcow"] == ["CLASH-catcow-extension-flexion"]


def test_sore_knee_starts_off_the_knees_where_that_can_be_and_the_coach_reads_of_the_rest():
    told = Assessment({**SORE, "pain_sites": ["low_back", "knee"]})
    assert not any("kneeling" in item.step.tags for item in alternatives("openbook", told))
    assert "NOTE-KNEELING" in {note.rule_id for note in build(told).notes}
    assert "NOTE-KNEELING" not in {note.rule_id for note in plan(SORE).notes}


# -- what a modifier leaves out


@pytest.mark.parametrize(
    ("modifier", "out"),
    [
        ("osteo_safe_moves", {"catcow", "openbook"}),
        ("no_breath_hold", {"brace"}),
        (
            "pregnancy_adapt",
            {"breath", "brace", "deadbug", "bridge", "hiprot", "wallslide"},
        ),
        ("no_vigorous_until_cleared", set()),
        ("guardian_needed", set()),
        ("safety_net", set()),
        ("human_call_first", set()),
    ],
)
def test_modifier_leaves_out_what_it_must(modifier, out):
    assert {each.exercise for each in plan(WELL, modifier).left_out} == out


@pytest.mark.parametrize(
    ("exercise", "more", "ceiling"),
    [
        ("walk", {}, 4),
        ("walk", {"hold": "vigorous"}, 3),
        ("walk", {"limits": frozenset({"no_impact"})}, 3),
        ("squat", {"limits": frozenset({"no_load"})}, 2),
        ("liftpattern", {"limits": frozenset({"small_range"})}, 2),
        ("carry", {"modifiers": frozenset({"no_breath_hold"})}, 3),
        ("thoracicext", {"modifiers": frozenset({"osteo_safe_moves"})}, 2),
        ("catcow", {"modifiers": frozenset({"osteo_safe_moves"})}, 0),
        ("hinge", {"answers": {**SORE, "aggravators": ["lifting"]}}, 2),
        ("hinge", {"answers": {**WELL, "age": 17}}, 3),
        ("hinge", {"answers": {**WELL, "supervised_only": "yes"}}, 0),
    ],
)
def test_ceiling_of_an_exercise_is_what_its_limits_leave(exercise, more, ceiling):
    assert highest_level(exercise, Assessment(**{"answers": WELL, **more})) == ceiling


def test_gentle_hold_leaves_gentle_things_only():
    assert levels(plan(SORE, hold="all_but_gentle")) == {"breath": 2, "position": 2, "walk": 1}


def test_worried_person_begins_with_four_things():
    assert len(plan({**SORE, "fear_move": 7}).items) == 4
    assert len(plan({**SORE, "fear_move": 6}).items) == 6


# -- why it is in


@pytest.mark.parametrize("area", GOAL_AREAS)
def test_every_goal_brings_what_serves_it(area):
    built = plan(SORE, goals=(Goal("Something of mine", 3, area),))
    serving = {item.exercise for item in built.items if area in EXERCISES[item.exercise].goals}
    assert serving != set()
    assert f"CHOOSE-GOAL-{area}" in {why.rule_id for item in built.items for why in item.why}


@pytest.mark.parametrize(
    ("more", "exercise"),
    [
        ({"lifestyle": {"sitting_hours": 6}}, "position"),
        ({"lifestyle": {"driving_hours": 2}}, "position"),
        ({"lifestyle": {"activity": "hardly"}}, "walk"),
        ({"lifestyle": {"stress": 6}}, "breath"),
        ({"lifestyle": {"sleep": "poorly"}}, "breath"),
        ({"movements": {"hip": Finding(scale="effort")}}, "hiprot"),
        ({"movements": {"thoracic": Finding(scale="effort")}}, "openbook"),
        ({"movements": {"ankle": Finding(scale="effort")}}, "ankle"),
        ({"movements": {"shoulder": Finding(scale="effort")}}, "wallslide"),
        ({"movements": {"single_leg_stand": Finding(scale="effort")}}, "lunge"),
        ({"movements": {"trunk_control": Finding(scale="effort")}}, "deadbug"),
        ({"eases": frozenset({"walking"})}, "walk"),
    ],
)
def test_what_the_coach_finds_brings_its_exercise(more, exercise):
    assert exercise in levels(plan(**more))


@pytest.mark.parametrize(
    "lifestyle",
    [
        {"sitting_hours": 5},
        {"driving_hours": 1},
        {"stress": 5},
        {"sleep": "mixed"},
        {"activity": "some"},
    ],
)
def test_ordinary_day_changes_nothing(lifestyle):
    assert plan(lifestyle=lifestyle) == plan()


def test_every_line_says_why_it_is_there_and_why_it_starts_there():
    for item in plan(SORE, goals=(Goal(area="lift"),)).items:
        kinds = [why.rule_id.split("-")[0] for why in item.why]
        assert "CHOOSE" in kinds
        assert "START" in kinds


# -- the coach's hand


def test_alternatives_are_of_the_same_strategy_and_may_start_today():
    told = Assessment(SORE, frozenset({"osteo_safe_moves"}))
    found = alternatives("hipflexor", told)
    assert {item.exercise for item in found} == {
        *["hiprot", "lunge", "thoracicext", "ankle", "wallslide"]
    }
    assert all(item.why for item in found)


def test_held_person_has_no_alternatives():
    assert alternatives("walk", Assessment({**SORE, "bladder": "new_2w"})) == ()


def test_built_plan_has_no_faults_and_a_held_one_may_have_no_lines():
    told = Assessment(SORE)
    assert faults(build(told), told) == ()
    held = Assessment({**SORE, "bladder": "new_2w"})
    assert faults(build(held), held) == ()
    assert [fault.rule_id for fault in faults(build(told), held)] == ["REFUSE-ADVICE-FIRST"]


def edited(*items):
    return Plan(tuple(items), sum(item.minutes for item in items), "2026.1")


def line(exercise, level=1, minutes=1.0):
    return Item(exercise, level, "2 x 6", minutes, ())


@pytest.mark.parametrize(
    ("items", "rules"),
    [
        ([line("catcow")], ["LIMIT-BONES"]),
        ([line("hinge", 3)], ["FRAME-LEVEL"]),
        ([line("hinge", 2), line("own-yoga", 9)], []),
        ([line("plank")], ["LIBRARY"]),
        ([line("hinge", 5)], ["LIBRARY"]),
        ([line("walk", 2)], ["START-WALK"]),
        ([line("hinge"), line("hinge")], ["FRAME-TWICE"]),
        ([line("hinge", minutes=15)], []),
        ([line("hinge", minutes=15.5)], ["FRAME-MINUTES"]),
        ([line(f"own-{n}") for n in range(6)], []),
        ([line(f"own-{n}") for n in range(7)], ["FRAME-ITEMS"]),
    ],
)
def test_edited_plan_is_checked_against_the_person(items, rules):
    told = Assessment(WELL, frozenset({"osteo_safe_moves"}))
    assert [fault.rule_id for fault in faults(edited(*items), told)] == rules


def test_coach_may_start_with_the_first_level_that_is_left():
    told = Assessment(WELL, frozenset({"pregnancy_adapt"}))
    lowest = {name: lowest_level(name, told) for name in ("breath", "bridge", "squat")}
    assert lowest == {"breath": 2, "bridge": 0, "squat": 1}
    assert faults(edited(line("breath", 2)), told) == ()
    found = faults(edited(line("breath", 1), line("squat", 2)), told)
    assert [fault.rule_id for fault in found] == ["LIMIT-PREGNANCY", "START-PREGNANCY"]
    assert lowest_level("walk", Assessment({**SORE, "bladder": "new_2w"})) == 0


def test_later_plan_keeps_to_the_limits_only():
    told = Assessment(WELL, frozenset({"osteo_safe_moves"}))
    later = edited(line("hinge", 4), line("squat", 4, 20))
    assert [fault.rule_id for fault in faults(later, told, day_one=False)] == ["LIMIT-BONES"]


def test_levels_of_the_library_are_one_to_four():
    with pytest.raises(IndexError):
        EXERCISES["walk"].level(0)
