"""What the person's own page shows today, read from their plan and their sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.intake import queries as health
from portal.intake.models import Decision
from portal.onboarding import changing, journal, queries, sealing, training
from portal.onboarding.charts import Chart, chart
from portal.onboarding.journal import Entry
from portal.onboarding.lines import Line, Sheet
from portal.onboarding.models import Plan
from portal.onboarding.planning import wins
from portal.onboarding.planning.again import is_old, rescreen_due
from portal.onboarding.planning.light import zone
from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.signals import signals

GOALS = (1, 2, 3)
WINS = 3


@dataclass(frozen=True)
class Told:
    """An exercise as it was told: its name, its zone, and what that means now."""

    title: str
    zone: str
    words: str


@dataclass(frozen=True)
class Home:
    """One person's plan today."""

    plan: Plan
    sheet: Sheet
    entries: Sequence[Entry]
    at: datetime
    day: date
    answered_on: date

    @property
    def finished(self) -> Sequence[Entry]:
        """Return the sessions that were brought to their end."""
        return [entry for entry in self.entries if entry.is_finished]

    @property
    def running(self) -> Entry | None:
        """Return today's session, begun or done, or the one that has gone on over midnight."""
        return next((entry for entry in self.entries if self._is_on(entry)), None)

    @property
    def is_training(self) -> bool:
        """Say whether a session is under way."""
        return self.running is not None and not self.running.is_finished

    def _is_on(self, entry: Entry) -> bool:
        began = entry.log.started_at
        goes_on = not entry.is_finished and began > self.at - journal.LEFT_AFTER
        return goes_on or entry.log.day == self.day

    @property
    def asks_morning(self) -> bool:
        """Say whether the morning after the last session is still to be told."""
        last = self.finished[-1] if self.finished else None
        return last is not None and last.waits_for_morning and training.had_morning(last, self.day)

    @property
    def said(self) -> Mapping[str, Any] | None:
        """Return what the traffic light said last, None before the first session."""
        done = self.finished
        told = done[-1].kept["said"] if done else None
        if told is None:
            return None
        names = ("kind", "words", "rule", "source")
        more = {"zone": done[-1].zone or "none", "looks": done[-1].kept["looks"]}
        return {**dict(zip(names, told, strict=True)), **more}

    @property
    def asks_again(self) -> Reason | None:
        """Return why the warning signs, or all of it, are asked before the next session."""
        screened_on = training.today(self.plan.screened_at)
        if any(self._came_after_asking(entry, screened_on) for entry in self.finished):
            screened_on -= timedelta(days=1)
        return rescreen_due(
            today=self.day,
            screened_on=None if self._was_before_the_plan(screened_on) else screened_on,
            answered_on=self.answered_on,
            history=journal.history(self.entries),
        )

    def _was_before_the_plan(self, screened_on: date) -> bool:
        """Say whether a plan that has not begun rests on a look of an earlier day."""
        return not self.finished and screened_on < training.today(self.plan.created_at)

    def _came_after_asking(self, entry: Entry, screened_on: date) -> bool:
        """Say whether a session of the very day on which we asked was after we had asked."""
        ended = entry.log.finished_at
        return entry.log.day == screened_on and ended is not None and ended > self.plan.screened_at

    @property
    def is_year_old(self) -> bool:
        """Say whether the whole health check is asked again, and not the warning signs alone."""
        return is_old(self.answered_on, self.day)

    @property
    def wins(self) -> list[str]:
        """Return the small things worth saying after the last session, and of the goals."""
        told = [(goal.words, goal.start, goal.now) for goal in goals(self.plan, self.sheet)]
        known = {
            words: (start, to) for words, start, to in told if start is not None and to is not None
        }
        said = (*wins.wins(journal.history(self.entries)), *wins.goal_wins(known))
        return [win.words for win in said[:WINS]]

    @property
    def told_last(self) -> Told | None:
        """Return what the light says to the exercise of today that was told last."""
        logs = self.running.session.logs if self.running else ()
        line = self.sheet.line(logs[-1].exercise) if logs else None
        if line is None or (name := zone(logs[-1])) is None:
            return None
        return Told(line.title, name, signals().words_of(name))

    def left(self) -> list[Line]:
        """Return the exercises of today that are not told yet."""
        told = self.running.kept["logs"] if self.running else {}
        return [line for line in self.sheet.lines if line.key not in told]


def home(plan: Plan, *, at: datetime) -> Home:
    """Return a plan as it stands now."""
    return homes([plan], at=at)[0]


def homes(plans: Sequence[Plan], *, at: datetime) -> list[Home]:
    """Return plans as they stand now: many ask the database as often as one."""
    logs = queries.logs_of([plan.id for plan in plans])
    decided = health.latest_decisions([plan.lead_id for plan in plans])
    return [
        Home(
            plan=plan,
            sheet=changing.read(plan),
            entries=journal.entries(logs[plan.id]),
            at=at,
            day=training.today(at),
            answered_on=_answered_on(plan, decided.get(plan.lead_id)),
        )
        for plan in plans
    ]


def _answered_on(plan: Plan, decision: Decision | None) -> date:
    """Return when the whole health check was last gone through, alone or with the coach.

    A sign that was told in between is decided at once, and is not the whole of it.
    """
    together = plan.assessment.finished_at or plan.created_at
    alone = decision.intake.finished_at if decision else None
    return training.today(max(together, alone or together))


def starts(plan: Plan) -> dict[str, int]:
    """Return at which level each exercise was first trained by this plan, changes counted in."""
    levels = {line.key: line.item.level for line in changing.read(plan).lines}
    for change in queries.changes(plan.id):
        said = sealing.read(change)
        if change.kind in {"forward", "back"}:
            levels[said["key"]] = said["from"]
    return levels


@dataclass(frozen=True)
class Goal:
    """A goal in the person's own words, at the start and now."""

    name: str
    words: str
    start: int | None
    now: int | None


def goals(plan: Plan, sheet: Sheet) -> list[Goal]:
    """Return the goals, each at the start and as it was told last."""
    values: Mapping[str, Any] = sealing.read(plan.assessment)
    last: Mapping[str, int] = sheet.goals[-1][1] if sheet.goals else {}
    found = []
    for number in GOALS:
        name = f"goal_{number}"
        if values.get(name):
            start = values.get(f"{name}_now")
            found.append(Goal(name, values[name], start, last.get(name, start)))
    return found


def charts(found: Home) -> list[Chart]:
    """Return pain and confidence over the sessions."""
    done = found.finished
    return [
        chart("Most pain in a session", [(entry.log.day, entry.pain) for entry in done]),
        chart("How sure you felt", [(entry.log.day, entry.confidence) for entry in done]),
    ]


def timer(line: Line) -> list[str]:
    """Return a session of one exercise in words, one line to a set: no clock has to run."""
    step = line.item.step
    if step is None:
        return []
    sets = max(step.sets // 2, 1) if line.half else step.sets
    each = f"{step.reps} times" if step.reps > 1 else "once"
    length = _length(step.reps * step.seconds)
    side = " on each side" if step.sides > 1 else ""
    return [f"Round {number}: {each}{side}, about {length}" for number in range(1, sets + 1)]


def _length(seconds: int) -> str:
    if seconds < 90:  # noqa: PLR2004 - a minute and a half is where people change units
        return f"{max(round(seconds / 5) * 5, 5)} seconds"
    return f"{round(seconds / 60)} minutes"
