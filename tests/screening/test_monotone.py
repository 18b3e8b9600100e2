"""Making an answer worse never lowers the outcome, but for the exceptions named here."""

from functools import cache
from itertools import pairwise
from random import Random

import pytest

from portal.screening import decide
from portal.screening.rules import LEVELS
from tests.screening.answers import random_answers
from tests.screening.mutants import committed

FROM_CLEAR_TO_WORST = {
    "saddle_numb": [["no", "longstanding", "worse"], ["no", "not_sure", "new_2w"]],
    "bladder": [["no", "longstanding", "worse"], ["no", "not_sure", "new_2w"]],
    "bowel": [["no", "longstanding", "worse"], ["no", "not_sure", "new_2w"]],
    "sexual": [["no", "longstanding", "worse"], ["no", "prefer_not", "new_2w"]],
    "ces_explained": [["yes", "no"]],
    "leg_symptoms": [["none", "one", "both"]],
    "leg_course": [["stable", "worse"], ["stable", "new_2w"]],
    "leg_weakness": [
        ["none", "old_stable", "new_one", "new_both"],
        ["none", "old_stable", "foot_drop", "new_both"],
    ],
    "unsteady_clumsy": [["no", "longstanding", "new_or_worse"]],
    "chest_pain": [["none", "gt_3d", "12h_3d", "now_12h"]],
    "breathless": [["none", "mild_exertion_or_lying", "sudden_or_rest"]],
    "faint": [["none", "other", "during_exercise"]],
    "cancer": [["none", "past", "current"]],
    "weight_loss": [["no", "not_sure", "yes"]],
    "pain_pattern": [["mechanical", "constant"]],
    "night_pain": [
        ["none", "turning", "severe_constant"],
        ["turning", "second_half", "severe_constant"],
    ],
    "morning_stiff": [["none", "lt_30", "ge_30"]],
    "trend": [["better", "comes_and_goes", "same", "worse"]],
    "high_bp": [["no", "controlled", "very_high_or_unchecked"]],
    "surgery": [["none", "spine_old"], ["none", "lt_12w"]],
    "goal_intensity": [["light", "moderate", "vigorous"]],
    "active_regular": [["yes", "no"]],
    "cleared_12m": [["yes", "no"]],
    "trauma_checked": [["yes", "no"]],
    "guardian_present": [["yes", "no"]],
    "fever_cause_cold": [["yes", "no"]],
    "pain_previously_assessed": [["yes", "no"]],
    "iv_drug": [["no", "prefer_not", "yes"]],
    "pregnancy": [["no", "prefer_not", "postpartum_6w_6m"], ["no", "pregnant"]],
    "onset": [["gradual", "minor_fall"], ["gradual", "sudden_bend_cough"]],
    "nprs": [[0, 6, 7, 8, 10]],
    "fear_move": [[0, 6, 7, 10]],
    "confidence": [[10, 4, 3, 0]],
    **{
        key: [["no", "yes"]]
        for key in [
            *["tearing_pain", "stroke_signs", "fever", "calf_one_leg", "cannot_function"],
            *["pain_different_from_usual", "fatigue_unwell", "immunosuppressed", "tb_exposure"],
            *["recent_infection_procedure", "steroids_long", "osteoporosis", "temp_illness"],
            *["low_trauma_fracture", "height_loss_deformity", "pulsing_abdomen", "palpitations"],
            *["ankle_swelling_both", "walking_cramp", "supervised_only", "preg_warning"],
            *["preg_complication", "nsaid_fast_relief", "spa_family", "psoriasis_ibd_uveitis"],
            "eases_with_movement",
        ]
    },
}

EXCEPTIONS = {
    # An old change that nobody explained has a rule only with back or leg pain; the explained one
    # has a rule of its own, so that the coach knows.
    ("ces_explained", "no"): {"saddle_numb": "longstanding"},
    # Both legs, unchanged and already checked, is a known state; one leg at 8 of 10 is not.
    ("leg_symptoms", "both"): {
        "leg_symptoms": "one",
        "leg_course": "stable",
        "nprs": 8,
        "pain_previously_assessed": "yes",
    },
    # Waking late and easing on getting up is one of the signs of the inflammatory pattern, which
    # asks for a routine visit; a night that nothing eases belongs to another group of signs.
    ("night_pain", "severe_constant"): {
        "pain_sites": ["low_back", "buttock"],
        "duration": "gt_12w",
        "trend": "same",
        "age_at_onset": 30,
        "morning_stiff": "ge_30",
        "night_pain": "second_half",
    },
}
"""Steps that may lower the level: the reason, and one example that keeps the line honest."""

STEPS = [
    (key, milder, worse)
    for key, scales in FROM_CLEAR_TO_WORST.items()
    for scale in scales
    for milder, worse in pairwise(scale)
]


def level(answers):
    return LEVELS.index(decide(answers).disposition)


def is_complete(answers):
    return None not in answers.values() and "invalid_reask" not in decide(answers).modifiers


@cache
def people():
    """People near every boundary and people at random, none of them with a gap."""
    random = Random(2026)  # noqa: S311 - the same people every time
    drawn = [*committed(), *(random_answers(random) for _ in range(150))]
    return [{"leg_course": "stable", **answers} for answers in drawn if is_complete(answers)]


@cache
def levels(key, answer):
    """The level of everybody, had they given this answer; each stands on two steps or more."""
    return [level({**answers, key: answer}) for answers in people()]


@pytest.mark.parametrize(("key", "milder", "worse"), STEPS)
def test_worse_answer_never_lowers_the_level(key, milder, worse):
    if (key, worse) in EXCEPTIONS:
        return

    lowered = [
        answers
        for answers, before, after in zip(
            people(), levels(key, milder), levels(key, worse), strict=True
        )
        if after < before
    ]

    assert lowered == []


@pytest.mark.parametrize(("step", "example"), EXCEPTIONS.items())
def test_named_exception_still_lowers_the_level(step, example):
    key, worse = step
    milder = {"ces_explained": "yes"}.get(key, example.get(key))

    assert level({**example, key: worse}) < level({**example, key: milder})
