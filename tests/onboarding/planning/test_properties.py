"""What is true of every plan, over 100,000 random assessments."""

from random import Random

import pytest

from portal.onboarding.planning import EXERCISES, build, faults
from portal.onboarding.planning.building import compose
from portal.onboarding.planning.library import MOVEMENTS
from portal.onboarding.planning.rules import plan_rules
from portal.onboarding.planning.standing import Standing, fired
from tests.onboarding.planning.people import MODIFIERS, REFUSING, assessment

CHUNKS, CHUNK = 4, 25_000
CHECKED_BY_THE_VALIDATOR = 20
"""Every so many plans the validator, which shares code with the builder, must agree as well."""

FORBIDDEN = {
    "osteo_safe_moves": {"osteo_avoid_end_range", "end_range", "deep_bend"},
    "no_breath_hold": {"no_breath_hold_if_bp", "strenuous"},
    "pregnancy_adapt": {"supine", "impact", "strenuous"},
    "no_vigorous_until_cleared": {"strenuous", "impact"},
    "guardian_needed": {"strenuous"},
}
"""Tags of the library that a modifier rules out, said here once more, apart from rules.toml."""
FIRST_LEVEL_ONLY = {"start_light_moderate", "supportive_start", "pregnancy_adapt"}
NEEDS_NO_CHECK = {"safety_net", "human_call_first"}
"""Modifiers that change what the coach does, and nothing in the plan."""


def broken(plan, told):
    """Everything wrong with a plan, found without the rules that built it."""
    if not plan.items or len(plan.items) > 6 or plan.minutes > 15:
        yield "too little or too much"
    out = set().union(*(FORBIDDEN.get(name, set()) for name in told.modifiers))
    light = bool(told.modifiers & FIRST_LEVEL_ONLY) or sore_or_worried(told.answers)
    for item in plan.items:
        exercise, tags = EXERCISES[item.exercise], item.step.tags
        found = told.movements.get(exercise.screen)
        sore = found is not None and found.pain is not None and found.pain >= 3
        if item.level > (1 if light or sore else 2):
            yield f"{item.exercise} at {item.level}"
        if not out.isdisjoint(tags | exercise.tags):
            yield f"{item.exercise} with {told.modifiers}"
        if told.hold == "all_but_gentle" and "gentle" not in tags:
            yield f"{item.exercise} is not gentle"
        for direction, change in exercise.change.items():
            noticed = change.words in item.changes and item.level == 1
            if direction in told.answers["aggravators"] and not noticed:
                yield f"{item.exercise} takes no notice of {direction}"
        if not item.why or not all(why.words and why.source for why in item.why):
            yield f"{item.exercise} without a reason"
    strategies = {EXERCISES[item.exercise].strategy for item in plan.items}
    if told.hold != "all_but_gentle" and not strategies >= {2, 3, 4}:
        yield f"only strategies {strategies}"


def sore_or_worried(told):
    nprs = told.get("nprs", 0)
    return (
        nprs is None or nprs >= 4 or told.get("fear_move", 2) >= 7 or told.get("confidence", 7) < 4
    )


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_plan_breaks_what_its_person_needs(chunk):
    random, wrong, seen = Random(chunk), [], set()  # noqa: S311 - the same every time
    for number in range(CHUNK):
        told = assessment(random)
        plan = build(told)
        seen |= {item.exercise for item in plan.items}
        wrong += [(fault, told) for fault in broken(plan, told)]
        if number % CHECKED_BY_THE_VALIDATOR == 0 and faults(plan, told):
            wrong.append((faults(plan, told), told))

    assert wrong == []
    assert seen == set(EXERCISES)


def test_every_modifier_of_the_health_check_has_its_place():
    placed = {*FORBIDDEN, *FIRST_LEVEL_ONLY, *NEEDS_NO_CHECK, *REFUSING}
    assert set(MODIFIERS) == placed


def consequence(holding):
    today = Standing(holding)
    return compose(today), today.off, today.levels


def test_every_rule_fires_and_changes_something():
    """A rule that could be dropped unnoticed would be dead weight, or a hole in these tests."""
    random = Random(7)  # noqa: S311 - the same every time
    alive = {rule.id for rule in plan_rules().rules if rule.kind != "refuse"}
    for _ in range(10_000):
        holding = fired(assessment(random))
        whole = None
        for rule in holding:
            if rule.id in alive:
                whole = whole or consequence(holding)
                if consequence(one for one in holding if one is not rule) != whole:
                    alive.discard(rule.id)
        if not alive:
            break

    assert sorted(alive) == []


def test_same_movement_names_in_screen_and_library():
    assert {each.screen for each in EXERCISES.values()} - {""} == set(MOVEMENTS)
