"""One decision: levels, silence, reasons, adaptations and the batch."""

from random import Random

import pytest

from portal.screening import (
    adaptations,
    answer_hash,
    decide,
    describe,
    evaluate_many,
    reasons,
    ruleset,
)
from portal.screening.conditions import UNANSWERED
from portal.screening.explain import supporting
from tests.screening.answers import random_answers

BACK = {"age": 40, "pain_sites": ["low_back"], "leg_symptoms": "none"}


def test_no_answers_at_all_take_their_defaults():
    decision = decide({})

    assert (decision.disposition, decision.timeframe, decision.hold) == ("CLEAR", "none", "none")
    assert (decision.flags, decision.modifiers, decision.rules) == ((), (), ())


def test_unknown_keys_are_named():
    with pytest.raises(ValueError, match="unknown answer keys: goals, mood"):
        decide({"mood": "low", "goals": "", "fever": "no"})


def test_most_cautious_level_wins_with_its_own_timeframe_and_the_strictest_hold():
    decision = decide(
        {"temp_illness": "yes", "conditions": ["heart"], "goal_intensity": "vigorous"}
    )

    assert decision.flags == ("ILL-NOW", "KNOWN-VIGOROUS")
    assert (decision.disposition, decision.timeframe, decision.hold) == (
        *("REFERRAL", "within_2_weeks", "all"),
    )


def test_two_rules_of_one_flag_raise_it_once():
    decision = decide({**BACK, "duration": "lt_2w", "onset": "minor_fall", "age": 72, "nprs": 7})

    assert decision.flags == ("FRACTURE-FRAGILITY", "PAIN-ADAPT", "WEAK-SINGLE")
    assert decision.rules[:2] == ("FRACTURE-FRAGILITY", "FRACTURE-FRAGILITY-STRONG")


def test_missing_safety_answer_is_incomplete_and_holds_all():
    decision = decide({**BACK, "bladder": None, "weight_loss": "yes"})

    assert (decision.disposition, decision.hold) == ("INCOMPLETE", "all")
    assert decision.modifiers == ("invalid_reask", "safety_net")


def test_urgent_outranks_a_missing_answer():
    assert decide({**BACK, "bladder": None, "fever": "yes"}).disposition == "URGENT"


@pytest.mark.parametrize("seed", range(20))
def test_answer_to_come_fires_only_what_holds_whatever_it_will_be(seed):
    """Whatever a person answers next, nothing shown so far is taken back."""
    random = Random(seed)  # noqa: S311 - the same people every time
    for _ in range(60):
        answers = {key: one for key, one in random_answers(random).items() if key != "free_text"}
        hidden = random.sample(sorted(answers), min(len(answers), 4))
        so_far = decide({**answers, **dict.fromkeys(hidden, UNANSWERED)})

        assert set(so_far.rules) <= set(decide(answers).rules)
        assert not hidden or so_far.disposition in {"INCOMPLETE", "URGENT", "EMERGENCY"}


def test_reasons_are_the_persons_own_words_at_the_winning_level():
    answers = {**BACK, "saddle_numb": "new_2w", "bladder": "worse", "fever": "yes"}

    assert reasons(decide(answers), answers) == (
        "numbness or tingling between your legs that is new in the last 2 weeks",
        "a change in how you pee that is getting worse",
    )


def test_reasons_leave_out_answers_that_did_not_help():
    answers = {
        **BACK,
        "leg_symptoms": "one",
        "leg_course": "stable",
        "nprs": 8,
        "trend": "better",
        "duration": "lt_2w",
        "onset": "gradual",
    }

    assert reasons(decide(answers), answers) == (
        "pain, pins and needles or numbness down one leg",
        "pain of 8 out of 10 at its worst",
    )


def test_reasons_speak_for_a_list_of_extras():
    answers = {
        **BACK,
        "duration": "gt_12w",
        "trend": "same",
        "morning_stiff": "ge_30",
        "age_at_onset": 30,
        "eases_with_movement": "yes",
        "night_pain": "none",
        "inflammatory_extras": ["spa_family"],
        "onset": "gradual",
        "nprs": 3,
    }
    facts = {key: one for key, one in answers.items() if key != "inflammatory_extras"}

    decision = decide({**facts, "spa_family": "yes"})

    assert reasons(decision, answers) == (
        "a stiff back for 30 minutes or more in the morning",
        "a back that feels better with movement than with rest",
        "a close relative with ankylosing spondylitis or a like condition",
    )


def test_incomplete_decision_gives_no_reason():
    answers = {**BACK, "bladder": None}

    assert reasons(decide(answers), answers) == ()


def test_adaptations_are_said_once_each_and_skip_what_is_only_for_the_coach():
    decision = decide({**BACK, "bladder": "not_sure", "high_bp": "controlled"})

    assert decision.modifiers == ("no_breath_hold", "reask_emergency", "safety_net")
    assert adaptations(decision)[1:] == ("We leave out lifts where you would hold your breath.",)


def test_batch_keeps_ids_and_order():
    cases = [{"id": "b", "answers": {"fever": "yes"}}, {"id": "a", "answers": {}}]

    assert evaluate_many(cases) == [
        {
            "id": "b",
            "disposition": "CAUTION",
            "timeframe": "none",
            "hold": "all",
            "flags": ["ILL-NOW"],
            "modifiers": ["postpone_until_well"],
        },
        {
            "id": "a",
            "disposition": "CLEAR",
            "timeframe": "none",
            "hold": "none",
            "flags": [],
            "modifiers": [],
        },
    ]


def test_answer_hash_depends_on_the_answers_and_not_on_their_order():
    assert answer_hash({"a": 1, "b": [2]}) == answer_hash({"b": [2], "a": 1})
    assert answer_hash({"a": 1}) != answer_hash({"a": 2})
    assert answer_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_rule_in_plain_words():
    rules = ruleset()

    assert [describe(rules.rule(each).when) for each in ("KNOWN-VIGOROUS", "CONFIDENCE-LOW")] == [
        "known condition, and active, and wants vigorous uncleared",
        "Worry about moving: 7 or more, or Sure of staying active: less than 4",
    ]
    assert describe(rules.rule("LEGS-BOTH-KNOWN").when) == (
        'Feelings down the leg: "Yes, both legs", and How the leg feelings are changing: '
        '"About the same for more than 2 weeks", and Checked before: "Yes"'
    )


def test_every_condition_can_be_described():
    rules = ruleset()
    said = [describe(each.when) for each in (*rules.rules, *rules.modifiers)]

    assert all(said)
    assert all(describe(condition) for condition in rules.derived.values())


def test_supporting_keys_follow_negations():
    rules = ruleset()
    facts = {"faint": "other", "onset": None, "nprs": 0, "pain_sites": [], "pulsing_abdomen": "yes"}

    assert supporting(rules.rule("AAA-ACUTE").when, rules.derived, facts) == {
        *("faint", "pulsing_abdomen"),
    }


def test_nothing_is_signed_yet_and_every_rule_says_where_it_comes_from():
    rules = ruleset()

    assert {(rule.reviewed_by, rule.reviewed_on) for rule in rules.rules} == {("", "")}
    assert min(len(rule.citations) for rule in rules.rules) == 1
    assert {citation.basis for citation in rules.citations.values()} == {
        *("read", "recalled", "own judgement"),
    }


def test_timeframes_and_holds_have_words():
    words = ruleset().words

    assert words.timeframe["within_days"] == "in the next few days"
    assert words.timeframe["within_2_weeks"] == "within two weeks"
    assert list(words.hold) == ["all", "all_but_gentle", "vigorous", "none"]
