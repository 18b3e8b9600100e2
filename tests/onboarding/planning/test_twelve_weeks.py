"""Twelve weeks with Ada: calm, a flare-up, a red stop, and the way back."""

from datetime import date, timedelta

from portal.onboarding.planning import Assessment, build, highest_level
from portal.onboarding.planning.again import rescreen_due
from portal.onboarding.planning.light import judge
from portal.onboarding.planning.sessions import Log, Rung, Session
from portal.onboarding.planning.wins import wins

ADA = Assessment(
    {
        "age": 52,
        "pain_sites": ["low_back"],
        "duration": "gt_12w",
        "trend": "same",
        "pain_previously_assessed": "yes",
        "nprs": 4,
        "fear_move": 7,
        "confidence": 5,
        "aggravators": ["flexion"],
        "active_regular": "no",
    }
)
MONDAY = date(2026, 9, 7)


class Client:
    """Trains on Mondays and Thursdays, logs, and does what the plan says next."""

    def __init__(self):
        self.plan = build(ADA)
        self.rungs = {
            item.exercise: Rung(item.level, highest_level(item.exercise, ADA))
            for item in self.plan.items
        }
        self.history, self.tasks, self.won = [], [], []
        self.screened_on = MONDAY

    def trains(self, week, weekday, *, pain=1, sore="hinge", settled=True, confidence=7, **more):
        on = MONDAY + timedelta(weeks=week - 1, days={"Mon": 0, "Thu": 3}[weekday])
        logs = tuple(
            Log(name, rung.level, pain if name == sore else 1, half=rung.half)
            for name, rung in self.rungs.items()
        )
        self.history.append(Session(on, logs, settled=settled, confidence=confidence, **more))
        found = judge(self.history, self.rungs)
        for step in found.steps:
            ceiling = self.rungs[step.exercise].ceiling
            self.rungs[step.exercise] = Rung(step.level, ceiling, step.half)
        self.tasks += [task.rule_id for task in found.tasks]
        self.won += [win.id for win in wins(self.history)]
        return found

    @property
    def levels(self):
        return {name: rung.level for name, rung in self.rungs.items()}

    def due(self, on):
        found = rescreen_due(today=on, screened_on=self.screened_on, history=self.history)
        return found and found.rule_id


def test_twelve_weeks_calm_flare_up_red_stop_and_recovery():
    ada = Client()
    # Worried and sore: four small things, all at the first level.
    assert ada.levels == {"breath": 1, "hipflexor": 1, "hinge": 1, "walk": 1}
    start = dict(ada.levels)

    # Weeks 1 to 4 are calm: after two green sessions one exercise goes up, never two.
    verdicts = [ada.trains(week, day) for week in range(1, 5) for day in ("Mon", "Thu")]
    assert [verdict.kind for verdict in verdicts] == ["stay", "forward"] * 4
    assert ada.levels == {name: level + 1 for name, level in start.items()}
    assert ada.tasks == []
    assert ada.won[:5] == ["first", "without-stopping", "mornings", "weeks", "level"]

    # Week 5, a flare-up: amber and a bad morning, so the sorest goes back; a red one, half of it.
    assert ada.trains(5, "Mon", pain=5, settled=False).why.rule_id == "BACK-NOT-SETTLED"
    assert ada.levels["hinge"] == 1
    red = ada.trains(5, "Thu", pain=7, settled=False, confidence=4)
    assert (red.why.rule_id, red.again.rule_id) == ("BACK-RED", "RESCREEN-RED")
    assert ada.rungs["hinge"] == Rung(1, 2, half=True)
    assert ada.tasks == ["TASK-WEEK", "TASK-UNSETTLED", "TASK-WEEK"]
    assert ada.due(MONDAY + timedelta(weeks=5)) == "RESCREEN-RED"

    # The health check is answered again, nothing new. Week 6: a second red brings the coach.
    ada.screened_on = MONDAY + timedelta(weeks=5) - timedelta(days=1)
    ada.tasks.clear()
    ada.trains(6, "Mon", pain=6, confidence=4)
    assert "TASK-TWO-REDS" in ada.tasks
    ada.screened_on = MONDAY + timedelta(weeks=5)

    # Week 6, Thursday: something new down a leg. Everything stops, whatever the number.
    stopped = ada.trains(6, "Thu", pain=0, leg=True)
    assert (stopped.kind, stopped.steps) == ("stop", ())
    assert stopped.ask == ("leg_symptoms", "leg_weakness")

    # She is seen, and back after more than four weeks: the health check first.
    back = MONDAY + timedelta(weeks=10)
    assert ada.due(back) == "RESCREEN-GAP"
    ada.screened_on = back
    assert ada.due(back) is None

    # Weeks 11 and 12, recovery: the whole dose first, then the next step, and it is noticed.
    ada.tasks.clear()
    ada.trains(11, "Mon", confidence=6)
    whole = ada.trains(11, "Thu", confidence=6)
    assert whole.why.rule_id == "FORWARD-WHOLE"
    assert ada.rungs["hinge"] == Rung(1, 2)
    assert [ada.trains(12, day, confidence=8).kind for day in ("Mon", "Thu")] == ["stay", "forward"]
    assert ada.levels == {"breath": 2, "hipflexor": 2, "hinge": 2, "walk": 2}
    assert ada.tasks == []
