"""What the person does with their plan: trains, tells how it was; one transaction each."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from portal.cipher import CannotOpenError
from portal.errors import WrongStateError
from portal.extensions import db, settings, transaction
from portal.leads.story import tell
from portal.onboarding import journal, notices, queries, sealing
from portal.onboarding.actions import PUBLIC_ID_BYTES
from portal.onboarding.changing import keep, note, read
from portal.onboarding.models import Plan, PlanState, PlanTask, SessionLog
from portal.onboarding.picture import picture
from portal.onboarding.planning.light import Step, judge
from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.signals import signals

AT_ONCE = 100
DAYS_BETWEEN = 2


def today(at: datetime) -> date:
    """Return the day in the studio's zone."""
    return at.astimezone(settings().studio.zone).date()


@transaction()
def begin(plan_id: int, *, at: datetime) -> SessionLog:
    """Open the session of today, or return the one that is there."""
    plan = active(plan_id)
    standing = under_way(plan, at)
    if standing is not None:
        return standing
    log = SessionLog(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES), plan=plan, day=today(at), started_at=at
    )
    log.content = sealing.close(log, dict(journal.BLANK))
    db.session.add(log)
    notices.no_reminder(plan)
    db.session.flush()
    return log


@transaction()
def tell_exercise(plan_id: int, key: str, told: Mapping[str, Any], *, at: datetime) -> None:
    """Keep how one exercise was; put right after the session, the light is read again."""
    plan = active(plan_id)
    log, line = under_way(plan, at), read(plan).line(key)
    if log is None or line is None:
        raise WrongStateError("This session has not begun.")
    kept = journal.entry(log).kept
    stood = kept["logs"].get(key) or {"level": line.item.level, "half": line.half}
    kept = {**kept, "logs": {**kept["logs"], key: {**stood, **told}}}
    log.content = sealing.close(log, kept)
    if log.finished_at is not None:
        _judge(plan, log, kept, at=at)


@transaction()
def finish(plan_id: int, *, confidence: int | None, at: datetime) -> None:
    """Bring the session to its end, and do what the traffic light says; ended twice, the first."""
    plan = active(plan_id)
    log = under_way(plan, at)
    if log is None:
        raise WrongStateError("This session has not begun.")
    if log.finished_at is None:
        _end(plan, log, confidence=confidence, at=at)


def _end(plan: Plan, log: SessionLog, *, confidence: int | None, at: datetime) -> None:
    log.finished_at = at
    kept = journal.whole(journal.entry(log).kept, read(plan), confidence=confidence)
    log.content = sealing.close(log, kept)
    plan.expect(log.day + timedelta(days=DAYS_BETWEEN), at=at)
    _judge(plan, log, kept, at=at)
    notices.remind(plan, at=at)


def end_left_open(*, at: datetime) -> int:
    """End every session that was begun, told in part, and left; return how many there were.

    Whoever stops because it hurts puts the phone away: the light must not wait for the last press.
    """
    found = queries.left_open(since=at - journal.LEFT_AFTER, limit=AT_ONCE)
    return sum(_end_or_set_aside(log_id, at=at) for log_id in found)


def _end_or_set_aside(log_id: int, *, at: datetime) -> bool:
    """End one; one whose key is gone is read by nobody any more, and stands in no other's way."""
    try:
        return _end_left_open(log_id, at=at)
    except CannotOpenError:
        return _set_aside(log_id, at=at)


@transaction()
def _set_aside(log_id: int, *, at: datetime) -> bool:
    log = queries.log_to_write(log_id)
    if log is not None:
        log.finished_at = at
    return log is not None


@transaction()
def _end_left_open(log_id: int, *, at: datetime) -> bool:
    """End one; one in which nothing was told is forgotten, and its reminder comes after all."""
    log = queries.log_to_write(log_id)
    if log is None or log.finished_at is not None:
        return False
    plan = log.plan
    if not journal.entry(log).kept["logs"]:
        db.session.delete(log)
        plan.remind_at(plan.remind_hour, at=at)
        notices.remind(plan, at=at)
    elif plan.state is PlanState.STOPPED:
        log.finished_at = at
    else:
        _end(plan, log, confidence=None, at=at)
    return True


def under_way(plan: Plan, at: datetime) -> SessionLog | None:
    """Return the session that is open at this moment, None while there is none."""
    return queries.log_under_way(plan.id, today(at), since=at - journal.LEFT_AFTER)


@transaction()
def morning(plan_id: int, day: date, *, settled: bool, at: datetime) -> None:
    """Keep whether the session of a day was back to usual by the next morning.

    The question may have stood open while another session was done: that one has a morning of its
    own, and the light is read again for it.
    """
    plan = active(plan_id)
    done = [each for each in journal.entries(queries.logs(plan.id)) if each.is_finished]
    asked = next((each for each in done if each.log.day == day), None)
    if asked is None or not asked.waits_for_morning or not had_morning(asked, today(at)):
        return
    asked.log.morning_at = at
    asked.log.content = sealing.close(asked.log, {**asked.kept, "settled": settled})
    last = done[-1].log
    _judge(plan, last, journal.entry(last).kept, at=at)


def had_morning(entry: journal.Entry, day: date) -> bool:
    """Say whether the night after a session is over on this day."""
    ended = entry.log.finished_at
    return ended is not None and today(ended) < day


def _judge(plan: Plan, log: SessionLog, kept: Mapping[str, Any], *, at: datetime) -> None:
    """Apply the traffic light once for each session: a step back does not wait for the morning."""
    found = journal.entries(queries.logs(plan.id))
    verdict = judge(journal.history(found), journal.rungs(read(plan), picture(plan.assessment)))
    if not kept["stepped"] or not verdict.steps:
        said = [verdict.kind, verdict.why.words, verdict.why.rule_id, verdict.why.source]
        looks = [signals().say(task.rule_id).words for task in verdict.tasks]
        news = {"said": said, "looks": list(dict.fromkeys(looks))}
        stepped = kept["stepped"] or bool(verdict.steps)
        log.content = sealing.close(log, {**kept, **news, "stepped": stepped})
        _step(plan, verdict.steps, at=at)
    if verdict.tasks:
        open_task(plan, verdict.tasks, at=at)


def _step(plan: Plan, steps: Sequence[Step], *, at: datetime) -> None:
    stands = read(plan)
    for step in steps:
        line = stands.line(step.exercise)
        if line is None or (line.item.level, line.half) == (step.level, step.half):
            continue
        is_more = step.level > line.item.level or (line.half and not step.half)
        kind = "forward" if is_more else "back"
        stands = stands.stepped(step.exercise, level=step.level, half=step.half, why=step.why)
        said = {
            "words": line.title,
            "because": step.why.words,
            "key": step.exercise,
            "from": line.item.level,
            "level": step.level,
        }
        note(plan, kind, said, at=at)
    if steps:
        keep(plan, stands)
        plan.change(plan.content, at=at)


def open_task(plan: Plan, reasons: Sequence[Reason], *, at: datetime) -> None:
    """Ask the coach to look, in words that are sealed; one open task says all of it."""
    standing = queries.open_task(plan.id)
    if standing is None:
        standing = PlanTask(
            public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES), plan=plan, opened_at=at
        )
        standing.content = sealing.close(standing, [])
        db.session.add(standing)
        tell(plan.lead, "plan_look", at=at)
    words = [*sealing.read(standing), *(reason.words for reason in reasons)]
    standing.content = sealing.close(standing, list(dict.fromkeys(words)))


@transaction()
def remind(plan_id: int, hour: int | None, *, at: datetime) -> None:
    """Switch reminders on for an hour of the day, or off."""
    plan = queries.plan_to_write(plan_id)
    plan.remind_at(hour, at=at)
    notices.no_reminder(plan)
    notices.remind(plan, at=at)


@transaction()
def tell_goals(plan_id: int, values: Mapping[str, int], *, at: datetime) -> None:
    """Keep how the goals are now; told twice on a day, the later counts."""
    plan = active(plan_id)
    stands = read(plan)
    day = today(at).isoformat()
    earlier = tuple(each for each in stands.goals if each[0] != day)
    keep(plan, stands.with_goals((*earlier, (day, dict(values)))))
    plan.change(plan.content, at=at)


def active(plan_id: int) -> Plan:
    """Return a plan that is being trained, locked; raise WrongStateError for any other."""
    plan = queries.plan_to_write(plan_id)
    if plan.state is not PlanState.ACTIVE:
        raise WrongStateError("This plan is not being trained now.")
    return plan
