"""What is true of every plan, over 100,000 random assessments."""

from portal.onboarding.planning import EXERCISES, build, faults
from portal.onboarding.planning.building import compose
from portal.onboarding.planning.facts import LIMITS
from portal.onboarding.planning.library import DIRECTIONS, MOVEMENTS
from portal.onboarding.planning.rules import plan_rules
from portal.onboarding.planning.standing import Standing, fired
from tests.onboarding.planning.people import MODIFIERS, REFUSING, Crowd

EVERYBODY, BUILT = 100_000, 10_000
"""People whose every exercise is looked at, and those whose plan is built and read line by line.

A plan takes its lines from the exercises that may start and at the level at which they may, so
what holds for all of those holds for every plan, whichever lines it takes.
"""

FORBIDDEN = {
    "osteo_safe_moves": {"osteo_avoid_end_range", "end_range", "deep_bend"},
    "no_breath_hold": {"no_breath_hold_if_bp", "strenuous"},
    "pregnancy_adapt": {"supine", "impact", "strenuous"},
    "no_vigorous_until_cleared": {"strenuous", "impact"},
    "guardian_needed": {"strenuous"},
    "no_impact": {"impact"},
    "no_load": {"axial_load", "strenuous"},
    "small_range": {"end_range", "deep_bend"},
    "no_hard_effort": {"strenuous", "impact"},
}
"""Tags of the library that a modifier or a clearance rules out, said apart from rules.toml."""
FIRST_LEVEL_ONLY = {"start_light_moderate", "supportive_start", "pregnancy_adapt"}
NEEDS_NO_CHECK = {"safety_net", "human_call_first"}
"""Modifiers that change what the coach does, and nothing in the plan."""


def tags_of(rung):
    name, number = rung
    return EXERCISES[name].tags | EXERCISES[name].level(number).tags


RUNGS = [(name, number) for name in EXERCISES for number in (1, 2, 3, 4)]
OUT = {
    name: frozenset(rung for rung in RUNGS if not tags.isdisjoint(tags_of(rung)))
    - ({("carry", 1)} if name == "no_load" else frozenset())  # marching on the spot, empty hands
    for name, tags in FORBIDDEN.items()
}
"""What nobody with this modifier may start with."""
NOT_GENTLE = frozenset(rung for rung in RUNGS if "gentle" not in tags_of(rung))
NOT_FIRST = frozenset(rung for rung in RUNGS if rung[1] > 1)
NOT_FIRST_BY = {
    direction: frozenset(rung for rung in NOT_FIRST if direction in EXERCISES[rung[0]].change)
    for direction in DIRECTIONS
}
NOT_FIRST_LIKE = {
    movement: frozenset(rung for rung in NOT_FIRST if EXERCISES[rung[0]].screen == movement)
    for movement in MOVEMENTS
}


def ruled_out(told):
    """Every rung that this person may not start on, said apart from rules.toml."""
    yield frozenset(rung for rung in NOT_FIRST if rung[1] > 2)
    yield from (OUT[name] for name in told.modifiers & OUT.keys())
    if told.modifiers & FIRST_LEVEL_ONLY or sore_or_worried(told.answers):
        yield NOT_FIRST
    if told.hold == "all_but_gentle":
        yield NOT_GENTLE
    yield from (NOT_FIRST_BY[direction] for direction in told.answers["aggravators"])
    for movement, found in told.movements.items():
        if found.pain:
            yield NOT_FIRST_LIKE[movement]


def kept_out(told):
    """What stays off for this person on every later day as well."""
    yield from (OUT[name] for name in told.modifiers & OUT.keys())
    yield from (OUT[name] for name in told.limits)
    if told.hold in {"vigorous", "all_but_gentle"}:
        yield OUT["no_vigorous_until_cleared"]


def test_nobody_may_start_with_or_come_to_what_their_answers_rule_out():
    wrong = []
    for told in Crowd(2026).people(EVERYBODY):
        today = Standing(fired(told))
        started = frozenset(today.levels.items())
        wrong += [(started & out, told) for out in ruled_out(told) if started & out]
        wrong += [(out - today.off, told) for out in kept_out(told) if out - today.off]

    assert wrong == []


def unsound(plan, told):
    """Everything wrong with a plan as a whole and with its reasons."""
    if not plan.items or len(plan.items) > 6 or plan.minutes > 15:
        yield "too little or too much"
    started = {(item.exercise, item.level) for item in plan.items}
    yield from (started & out for out in ruled_out(told) if started & out)
    for item in plan.items:
        exercise = EXERCISES[item.exercise]
        told_by = exercise.change.keys() & set(told.answers["aggravators"])
        if not {exercise.change[direction].words for direction in told_by} <= set(item.changes):
            yield f"{item.exercise} takes no notice of {told_by}"
        if not item.why or not all(why.words and why.source for why in item.why):
            yield f"{item.exercise} without a reason"
    strategies = {EXERCISES[item.exercise].strategy for item in plan.items}
    if told.hold != "all_but_gentle" and not strategies >= {2, 3, 4}:
        yield f"only strategies {strategies}"
    yield from faults(plan, told)


def test_every_plan_is_whole_sound_and_gives_its_reasons():
    seen, wrong = set(), []
    for told in Crowd(1).people(BUILT):
        plan = build(told)
        seen |= {item.exercise for item in plan.items}
        wrong += [(fault, told) for fault in unsound(plan, told)]

    assert wrong == []
    assert seen == set(EXERCISES)


def sore_or_worried(told):
    nprs = told.get("nprs", 0)
    return (
        nprs is None or nprs >= 4 or told.get("fear_move", 2) >= 7 or told.get("confidence", 7) < 4
    )


def test_every_modifier_of_the_health_check_has_its_place():
    placed = {*FORBIDDEN.keys() - LIMITS.keys(), *FIRST_LEVEL_ONLY, *NEEDS_NO_CHECK, *REFUSING}
    assert set(MODIFIERS) == placed


def consequence(holding):
    today = Standing(holding)
    return compose(today), today.off, today.levels


def test_every_rule_fires_and_changes_something():
    """A rule that could be dropped unnoticed would be dead weight, or a hole in these tests."""
    alive = {rule.id for rule in plan_rules().rules if rule.kind != "refuse"}
    for told in Crowd(7).people(BUILT):
        holding = fired(told)
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
