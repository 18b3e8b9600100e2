"""What a logged session means for the next: stop, a step back, stay, or one step up.

Stopping outranks all, a step back outranks a step up, and only one exercise goes up at a time.
Dates come with the sessions; nothing here asks the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.sessions import Log, Rung, Session, mean_pain, within
from portal.onboarding.planning.signals import signals


@dataclass(frozen=True)
class Step:
    """One change: the exercise, its next level, and whether it is half the dose there."""

    exercise: str
    level: int
    half: bool
    why: Reason


@dataclass(frozen=True)
class Verdict:
    """What happens after a session. With `stop` nothing else happens but to ask `ask` again.

    `kind` is stop, back, stay or forward; `why` says it to the person, `tasks` and `stop` to the
    coach; `again` says why the health check is asked again before the next session.
    """

    kind: str
    why: Reason
    steps: tuple[Step, ...] = ()
    tasks: tuple[Reason, ...] = ()
    stop: Reason | None = None
    ask: tuple[str, ...] = ()
    again: Reason | None = None


def zone(log: Log) -> str | None:
    """Name the zone of one exercise; None when no pain was told and nothing was sharp."""
    if log.sharp:
        return "red"
    return None if log.pain is None else signals().zone(log.pain)


def session_zone(session: Session) -> str | None:
    """Name the worst zone of a session; None when some pain was not told and none is worse.

    What was left out has a zone only when a pain was told of it.
    """
    zones = [name for log in session.logs if (name := zone(log)) or log.done != "none"]
    worst = next((name for name in ("red", "amber") if name in zones), None)
    return worst or ("green" if zones and None not in zones else None)


def judge(history: Sequence[Session], rungs: Mapping[str, Rung]) -> Verdict:
    """Say what follows from the last session of `history`, oldest first, with at least one in it.

    `rungs` is where the plan stands now, in its order.
    """
    last = history[-1]
    if stopped := _stop(last):
        return stopped
    tasks = tuple(_tasks(history))
    again = signals().say("RESCREEN-RED") if session_zone(last) == "red" else None
    if steps := tuple(_back(history, rungs)):
        return Verdict("back", steps[0].why, steps, tasks, again=again)
    if reason := _stay(history, rungs):
        return Verdict("stay", reason, tasks=tasks, again=again)
    if step := _forward(history, rungs):
        return Verdict("forward", step.why, (step,), tasks)
    return Verdict("stay", signals().say("STAY-TOP"), tasks=tasks)


def _stop(last: Session) -> Verdict | None:
    """Stop on a warning sign, on a new feeling down a leg, on changed health, in this order."""
    for told, rule_id in (
        (last.sign, "STOP-SIGN"),
        (last.leg, "STOP-LEG"),
        (last.changed, "STOP-CHANGED"),
    ):
        if told:
            ask = signals().rules[rule_id].ask or ((last.sign,) if last.sign else ())
            words, coach = signals().say(rule_id), signals().tell(rule_id)
            return Verdict("stop", words, stop=coach, ask=ask)
    return None


def _back(history: Sequence[Session], rungs: Mapping[str, Rung]) -> Iterator[Step]:
    """Make every red exercise easier; else, when it was too much, the one that hurt or asked most.

    That is after a bad morning, or when it was sorer two sessions running.
    """
    last = history[-1]
    known = [log for log in last.logs if log.exercise in rungs]
    reds = [log for log in known if zone(log) == "red"]
    for log in reds:
        rule_id = "BACK-SHARP" if log.sharp else "BACK-RED"
        yield _easier(log, rungs[log.exercise], rule_id)
    rule_id = "BACK-NOT-SETTLED" if last.settled is False else "BACK-WORSE"
    if known and not reds and (last.settled is False or _is_worse(history)):
        hardest = max(known, key=lambda log: (log.pain or 0, log.level))
        yield _easier(hardest, rungs[hardest.exercise], rule_id)


def _is_worse(history: Sequence[Session]) -> bool:
    """Say whether each of the last sessions hurt more than the one before, and beyond green.

    Within green a point more or less is no news.
    """
    recent = history[-signals().numbers["worse_running"] - 1 :]
    pains = [each.pain for each in recent if each.pain is not None]
    is_whole = len(pains) == signals().numbers["worse_running"] + 1 and not _is_apart(recent)
    rises = all(before < after for before, after in pairwise(pains))
    return is_whole and rises and session_zone(history[-1]) == "amber"


def _easier(log: Log, rung: Rung, rule_id: str) -> Step:
    """One level down from where it was done; at the first level half the dose."""
    level = min(log.level, rung.level)
    half = level == 1
    why = signals().say(rule_id, half=half)
    return Step(log.exercise, max(level - 1, 1), half, why)


def _stay(history: Sequence[Session], rungs: Mapping[str, Rung]) -> Reason | None:
    """Give the first reason to leave everything as it is, or None when a step is due."""
    light, last = signals(), history[-1]
    recent = history[-light.numbers["sessions_to_progress"] :]
    greens = [each for each in recent if _is_good(each)]
    for holds, rule_id in (
        (_is_climbing(history), "STAY-WEEK"),
        (session_zone(last) in {"amber", "red"}, "STAY-AMBER"),
        (session_zone(last) is None, "STAY-UNTOLD"),
        (last.settled is None, "STAY-MORNING"),
        (not (last.complete and last.smooth), "STAY-AGAIN"),
        (len(greens) < light.numbers["sessions_to_progress"], "STAY-EARLY"),
        (not all(_is_at(each, rungs) for each in recent), "STAY-EARLY"),
        (_is_apart(recent), "STAY-EARLY"),
        (not all(each.complete and each.smooth for each in recent), "STAY-EARLY"),
        (not _is_sure(history), "STAY-CONFIDENCE"),
    ):
        if holds:
            return light.say(rule_id)
    return None


def _is_good(session: Session) -> bool:
    return session_zone(session) == "green" and bool(session.settled) and not session.stopped


def _is_apart(recent: Sequence[Session]) -> bool:
    """Say whether a gap lies between them: after it, sessions in a row count anew."""
    return (recent[-1].on - recent[0].on).days > signals().numbers["gap_days"]


def _is_at(session: Session, rungs: Mapping[str, Rung]) -> bool:
    """Say whether the session was done where the plan stands now: a step counts anew."""
    return all(
        (log.level, log.half) == (rungs[log.exercise].level, rungs[log.exercise].half)
        for log in session.logs
        if log.exercise in rungs
    )


def _is_sure(history: Sequence[Session]) -> bool:
    """Go by the confidence told last."""
    told = [each.confidence for each in history if each.confidence is not None]
    return bool(told) and told[-1] >= signals().numbers["confidence_to_progress"]


def _forward(history: Sequence[Session], rungs: Mapping[str, Rung]) -> Step | None:
    """Take one step: a halved dose becomes whole first, then the lowest rung goes up."""
    hard = {log.exercise for log in history[-1].logs if log.felt == "hard"}
    done = {log.exercise for log in history[-1].logs}
    ready = {name: rung for name, rung in rungs.items() if name in done - hard}
    why = signals().say("FORWARD-GREEN")
    for name, rung in ready.items():
        if rung.half:
            return Step(name, rung.level, half=False, why=signals().say("FORWARD-WHOLE"))
    climbing = [name for name, rung in ready.items() if rung.level < rung.ceiling]
    if not climbing:
        return None
    name = min(climbing, key=lambda each: ready[each].level)
    return Step(name, ready[name].level + 1, half=False, why=why)


def _tasks(history: Sequence[Session]) -> Iterator[Reason]:
    """List what a coach should look at after the last session."""
    light, last = signals(), history[-1]
    numbers = light.numbers
    lately = within(history, until=last.on, days=numbers["reds_within_days"])
    reds = [each for each in lately if session_zone(each) == "red"]
    if last in reds and len(reds) >= numbers["reds"]:
        yield light.tell("TASK-TWO-REDS")
    mornings = [each.settled for each in history[-numbers["sessions_unsettled"] :]]
    if mornings == [False] * numbers["sessions_unsettled"]:
        yield light.tell("TASK-UNSETTLED")
    if _is_climbing(history):
        yield light.tell("TASK-WEEK")
    if _is_stuck(history):
        yield light.tell("TASK-STUCK")


def _is_climbing(history: Sequence[Session]) -> bool:
    """Compare the last seven days with the seven before."""
    numbers, until = signals().numbers, history[-1].on
    days, least = numbers["week_days"], numbers["week_sessions"]
    this = within(history, until=until, days=days)
    before = within(history, until=until - timedelta(days=days), days=days)
    now, then = mean_pain(this), mean_pain(before)
    if now is None or then is None or min(len(this), len(before)) < least:
        return False
    return now - then >= numbers["week_rise"]


def _is_stuck(history: Sequence[Session]) -> bool:
    """Six weeks without a step up, and without less pain than at the beginning of them."""
    numbers, last = signals().numbers, history[-1]
    since = _last_rise(history)
    if (last.on - since.on).days < numbers["stuck_days"]:
        return False
    then = mean_pain(within(history, until=since.on + timedelta(days=6), days=7))
    now = mean_pain(within(history, until=last.on, days=numbers["week_days"]))
    return bool(now) and then is not None and now is not None and then - now < 1


def _last_rise(history: Sequence[Session]) -> Session:
    """Find the session in which some exercise was first done at a higher level than before."""
    highest: dict[str, int] = {}
    found = history[0]
    for session in history:
        for log in session.logs:
            if log.level > highest.get(log.exercise, log.level):
                found = session
            highest[log.exercise] = max(highest.get(log.exercise, 0), log.level)
    return found
