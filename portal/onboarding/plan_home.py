"""What the person's own page shows today, read from their plan and their sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.onboarding import changing, journal, queries, sealing, training, wins
from portal.onboarding.charts import Chart, chart
from portal.onboarding.journal import Entry
from portal.onboarding.lines import Line, Sheet
from portal.onboarding.models import Plan
from portal.onboarding.planning.again import rescreen_due
from portal.onboarding.planning.plan import Reason

GOALS = (1, 2, 3)


@dataclass(frozen=True)
class Home:
    """One person's plan today."""

    plan: Plan
    sheet: Sheet
    entries: Sequence[Entry]
    day: date

    @property
    def finished(self) -> Sequence[Entry]:
        """Return the sessions that were brought to their end."""
        return [entry for entry in self.entries if entry.is_finished]

    @property
    def running(self) -> Entry | None:
        """Return today's session, begun or done."""
        return next((entry for entry in self.entries if entry.log.day == self.day), None)

    @property
    def asks_morning(self) -> bool:
        """Say whether the morning after the last session is still to be told."""
        done = self.finished
        return bool(done) and done[-1].log.morning_at is None and done[-1].log.day < self.day

    @property
    def said(self) -> Mapping[str, str] | None:
        """Return what the traffic light said last, None before the first session."""
        done = self.finished
        told = done[-1].kept["said"] if done else None
        if told is None:
            return None
        names = ("kind", "words", "rule", "source")
        return {**dict(zip(names, told, strict=True)), "zone": done[-1].zone or "none"}

    @property
    def asks_again(self) -> Reason | None:
        """Return why the warning signs are asked before the next session, None when not."""
        screened_on = training.today(self.plan.screened_at)
        if any(self._came_after_asking(entry, screened_on) for entry in self.finished):
            screened_on -= timedelta(days=1)
        return rescreen_due(
            today=self.day, screened_on=screened_on, history=journal.history(self.entries)
        )

    def _came_after_asking(self, entry: Entry, screened_on: date) -> bool:
        """Say whether a session of the very day on which we asked was after we had asked."""
        ended = entry.log.finished_at
        return entry.log.day == screened_on and ended is not None and ended > self.plan.screened_at

    @property
    def wins(self) -> list[str]:
        """Return the small things worth saying."""
        return wins.wins(self.entries, self.sheet, starts(self.plan))

    def left(self) -> list[Line]:
        """Return the exercises of today that are not told yet."""
        told = self.running.kept["logs"] if self.running else {}
        return [line for line in self.sheet.lines if line.key not in told]


def home(plan: Plan, *, at: datetime) -> Home:
    """Return a plan as it stands now."""
    entries = journal.entries(queries.logs(plan.id))
    return Home(plan, changing.read(plan), entries, training.today(at))


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
    told = [(entry.log.day, entry.pain) for entry in found.finished]
    sure = [(entry.log.day, entry.confidence) for entry in found.finished]
    return [
        chart("Most pain in a session", [(on, pain) for on, pain in told if pain is not None]),
        chart("How sure you felt", [(on, value) for on, value in sure if value is not None]),
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
