"""The traffic light: what one session means for the next, number by number."""

from datetime import date, timedelta

import pytest

from portal.onboarding.planning.again import rescreen_due
from portal.onboarding.planning.light import judge, session_zone, zone
from portal.onboarding.planning.sessions import Log, Rung, Session
from portal.onboarding.planning.signals import signals
from portal.screening import questionnaire

DAY = date(2026, 11, 2)
RUNGS = {"bridge": Rung(1), "hinge": Rung(1, ceiling=2)}


def session(day=0, pain=1, *, settled=True, confidence=8, level=1, hinge=1, **more):
    logs = (Log("bridge", level, pain), Log("hinge", hinge, min(pain, 1)))
    on = DAY + timedelta(days=day)
    return Session(on, more.pop("logs", logs), settled=settled, confidence=confidence, **more)


def verdict(*history, rungs=RUNGS):
    return judge(history, rungs)


def steps(found):
    return [(step.exercise, step.level, step.half) for step in found.steps]


@pytest.mark.parametrize(
    ("pain", "name"),
    [*((n, "green") for n in range(3)), *((n, "amber") for n in range(3, 6)), (6, "red")]
    + [(n, "red") for n in range(7, 11)],
)
def test_every_pain_has_its_zone(pain, name):
    assert zone(Log("bridge", 1, pain)) == name


@pytest.mark.parametrize(
    ("logs", "name"),
    [
        ([Log("bridge", 1, 0, sharp=True)], "red"),
        ([Log("bridge", 1, 2), Log("hinge", 1, 3)], "amber"),
        ([Log("bridge", 1, 7), Log("hinge", 1, 3)], "red"),
        ([Log("bridge", 1, 1), Log("hinge", 1)], None),
        ([Log("bridge", 1, 4), Log("hinge", 1)], "amber"),
        ([Log("bridge", 1, 1), Log("hinge", 1, done="none")], "green"),
        ([], None),
    ],
)
def test_session_takes_its_worst_zone(logs, name):
    assert session_zone(Session(DAY, tuple(logs))) == name


# -- forward


def test_two_green_settled_sessions_take_the_lowest_exercise_one_level_up():
    found = verdict(session(0), session(2))
    assert (found.kind, steps(found), found.tasks) == ("forward", [("bridge", 2, False)], ())
    assert found.why.rule_id == "FORWARD-GREEN"


def test_step_up_counts_anew():
    up = {**RUNGS, "bridge": Rung(2)}
    assert verdict(session(0), session(2, level=2), rungs=up).why.rule_id == "STAY-EARLY"
    found = verdict(session(2, level=2), session(4, level=2), rungs=up)
    assert steps(found) == [("hinge", 2, False)]


def test_ceiling_of_an_exercise_is_not_passed():
    top = {"bridge": Rung(4), "hinge": Rung(2, ceiling=2)}
    history = [session(day, level=4, hinge=2) for day in (0, 2)]
    assert verdict(*history, rungs=top).why.rule_id == "STAY-TOP"


def test_halved_dose_becomes_whole_before_anything_goes_up():
    half = {"bridge": Rung(1, half=True), "hinge": Rung(1)}
    logs = (Log("bridge", 1, 1, half=True), Log("hinge", 1, 1))
    found = verdict(session(0, logs=logs), session(2, logs=logs), rungs=half)
    assert (steps(found), found.why.rule_id) == ([("bridge", 1, False)], "FORWARD-WHOLE")


def test_what_felt_hard_does_not_go_up():
    logs = (Log("bridge", 1, 1, felt="hard"), Log("hinge", 1, 1))
    assert steps(verdict(session(0), session(2, logs=logs))) == [("hinge", 2, False)]


@pytest.mark.parametrize(
    ("history", "rule"),
    [
        ([session(0)], "STAY-EARLY"),
        ([session(0), session(2, settled=None)], "STAY-MORNING"),
        ([session(0, settled=None), session(2)], "STAY-EARLY"),
        ([session(0), session(2, pain=3)], "STAY-AMBER"),
        ([session(0, pain=3), session(2)], "STAY-EARLY"),
        ([session(0), session(2, confidence=5)], "STAY-CONFIDENCE"),
        ([session(0, confidence=None), session(2, confidence=None)], "STAY-CONFIDENCE"),
        ([session(0), session(2, smooth=False)], "STAY-AGAIN"),
        ([session(0), session(2, logs=(Log("bridge", 1, 1, done="part"),))], "STAY-AGAIN"),
        ([session(0, smooth=False), session(2)], "STAY-EARLY"),
        ([session(0), session(2, logs=(Log("bridge", 1, None),))], "STAY-UNTOLD"),
        ([session(0, leg=True), session(2)], "STAY-EARLY"),
        ([session(0), session(29)], "STAY-EARLY"),
    ],
)
def test_everything_stays(history, rule):
    found = verdict(*history)
    assert (found.kind, found.why.rule_id, found.steps) == ("stay", rule, ())


def test_two_sessions_four_weeks_apart_are_still_in_a_row():
    assert verdict(session(0), session(28)).kind == "forward"


def test_confidence_of_six_is_enough_and_the_last_one_told_counts():
    assert verdict(session(0, confidence=6), session(2, confidence=None)).kind == "forward"


# -- back


@pytest.mark.parametrize(("level", "step"), [(1, (1, True)), (2, (1, False)), (3, (2, False))])
def test_red_goes_one_level_back_and_at_the_first_half_the_dose(level, step):
    found = verdict(session(0, pain=6, level=level), rungs={**RUNGS, "bridge": Rung(level)})
    assert (found.kind, steps(found)) == ("back", [("bridge", *step)])
    assert (found.why.rule_id, found.again.rule_id) == ("BACK-RED", "RESCREEN-RED")
    assert ("half" in found.why.words) is step[1]


def test_every_red_exercise_goes_back():
    logs = (Log("bridge", 1, 8), Log("hinge", 1, 2, sharp=True))
    found = verdict(session(0, logs=logs))
    assert steps(found) == [("bridge", 1, True), ("hinge", 1, True)]
    assert [step.why.rule_id for step in found.steps] == ["BACK-RED", "BACK-SHARP"]


def test_bad_morning_makes_the_sorest_exercise_easier():
    up = {"bridge": Rung(2), "hinge": Rung(1)}
    found = verdict(session(0, pain=4, level=2, settled=False), rungs=up)
    assert (steps(found), found.why.rule_id) == ([("bridge", 1, False)], "BACK-NOT-SETTLED")


@pytest.mark.parametrize(
    ("pains", "days", "kind"),
    [
        ((2, 3, 4), (0, 2, 4), "back"),
        ((0, 1, 3), (0, 2, 4), "back"),
        ((0, 1, 2), (0, 2, 4), "forward"),
        ((3, 4), (0, 2), "stay"),
        ((4, 3, 4), (0, 2, 4), "stay"),
        ((3, 4, 4), (0, 2, 4), "stay"),
        ((2, None, 4), (0, 2, 4), "stay"),
        ((2, 3, 4), (0, 20, 40), "stay"),
    ],
)
def test_sorer_two_sessions_running_goes_one_step_back(pains, days, kind):
    told = zip(days, pains, strict=True)
    history = [session(day, logs=(Log("bridge", 1, pain),)) for day, pain in told]
    found = verdict(*history, rungs={"bridge": Rung(1)})
    assert (found.kind, found.why.rule_id == "BACK-WORSE") == (kind, kind == "back")


def test_what_is_no_longer_in_the_plan_changes_nothing():
    found = verdict(session(0, logs=(Log("walk", 1, 8),)))
    assert (found.kind, found.steps) == ("stay", ())


# -- a person looks


@pytest.mark.parametrize(
    ("gap", "tasks"), [(2, ["TASK-TWO-REDS"]), (13, ["TASK-TWO-REDS"]), (14, [])]
)
def test_two_reds_within_two_weeks_are_a_task(gap, tasks):
    found = verdict(session(0, pain=7), session(gap, pain=6))
    assert [task.rule_id for task in found.tasks] == tasks


def test_reds_are_a_task_on_the_day_of_the_second_only():
    assert verdict(session(0, pain=7), session(2, pain=6), session(4)).tasks == ()


def test_two_bad_mornings_running_are_a_task():
    history = [session(0, settled=False), session(2, settled=False)]
    assert [task.rule_id for task in verdict(*history).tasks] == ["TASK-UNSETTLED"]
    assert verdict(session(0, settled=False), session(2), session(4, settled=False)).tasks == ()


@pytest.mark.parametrize(("pain", "climbs"), [(1, False), (2, True), (5, True)])
def test_week_sorer_than_the_one_before_is_a_task_and_nothing_goes_up(pain, climbs):
    history = [*(session(day, pain=1) for day in (0, 3)), *(session(d, pain=pain) for d in (8, 10))]
    found = verdict(*history)
    assert [task.rule_id for task in found.tasks] == (["TASK-WEEK"] if climbs else [])
    assert (found.why.rule_id == "STAY-WEEK") is climbs


def test_week_with_one_session_is_not_compared():
    assert verdict(session(0, pain=0), session(8, pain=3)).tasks == ()


@pytest.mark.parametrize(("days", "stuck"), [(41, False), (42, True)])
def test_six_weeks_without_a_step_or_less_pain_are_a_task(days, stuck):
    history = [session(day, pain=3) for day in (0, 14, 28, days)]
    assert [task.rule_id for task in verdict(*history).tasks] == (["TASK-STUCK"] if stuck else [])


def test_six_weeks_with_less_pain_are_no_task():
    assert verdict(session(0, pain=4), session(42, pain=3)).tasks == ()


def test_six_weeks_are_counted_from_the_last_step_up():
    history = [session(0, pain=3), session(21, pain=3, level=2), session(50, pain=3, level=2)]
    assert verdict(*history, rungs={**RUNGS, "bridge": Rung(2)}).tasks == ()


# -- stop


@pytest.mark.parametrize("sign", signals().signs)
def test_every_warning_sign_stops_and_names_its_question(sign):
    found = verdict(session(0), session(2, sign=sign))
    assert (found.kind, found.stop.rule_id, found.ask) == ("stop", "STOP-SIGN", (sign,))
    assert (found.steps, found.tasks) == ((), ())
    assert questionnaire().questions[sign].safety


def test_new_feeling_down_a_leg_stops_whatever_the_number():
    found = verdict(session(0), session(2, pain=0, leg=True))
    assert (found.stop.rule_id, found.ask) == ("STOP-LEG", ("leg_symptoms", "leg_weakness"))


def test_changed_health_stops():
    found = verdict(session(0, changed=True))
    assert (found.kind, found.stop.rule_id, found.ask) == ("stop", "STOP-CHANGED", ())


def test_stop_outranks_red():
    assert verdict(session(0, pain=9, leg=True, sign="bladder")).stop.rule_id == "STOP-SIGN"


# -- asked again

YEAR, TODAY = timedelta(days=365), DAY + timedelta(days=20)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"screened_on": None}, "RESCREEN-START"),
        ({"screened_on": DAY}, None),
        ({"screened_on": DAY, "changed": True}, "RESCREEN-CHANGED"),
        ({"screened_on": DAY - timedelta(days=8)}, None),
        ({"screened_on": DAY - timedelta(days=9)}, "RESCREEN-START"),
        (
            {"screened_on": DAY + timedelta(days=20) - YEAR, "history": [session(19)]},
            "RESCREEN-YEAR",
        ),
        ({"screened_on": DAY + timedelta(days=21) - YEAR, "history": [session(19)]}, None),
        ({"screened_on": DAY, "answered_on": TODAY - YEAR}, "RESCREEN-YEAR"),
        ({"screened_on": DAY, "answered_on": TODAY - YEAR + timedelta(days=1)}, None),
        ({"screened_on": TODAY, "answered_on": TODAY - YEAR}, "RESCREEN-YEAR"),
        ({"screened_on": None, "answered_on": TODAY - YEAR}, "RESCREEN-YEAR"),
        (
            {"screened_on": DAY, "answered_on": TODAY - YEAR, "history": [session(2, pain=6)]},
            "RESCREEN-YEAR",
        ),
        ({"screened_on": DAY, "history": [session(2, pain=6)]}, "RESCREEN-RED"),
        ({"screened_on": DAY + timedelta(days=2), "history": [session(2, pain=6)]}, None),
        ({"screened_on": DAY - timedelta(days=30), "history": [session(-8)]}, None),
        ({"screened_on": DAY - timedelta(days=30), "history": [session(-9)]}, "RESCREEN-GAP"),
        ({"screened_on": DAY, "history": [session(-60)]}, None),
    ],
)
def test_health_check_is_due_again(more, rule):
    due = rescreen_due(today=TODAY, **more)
    assert (due.rule_id if due else None) == rule
