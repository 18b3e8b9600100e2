"""What the person does with their plan: trains, tells how it was, stops; one transaction each."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from portal.errors import WrongStateError
from portal.extensions import db, settings, transaction
from portal.intake import queries as health
from portal.intake.models import Decision
from portal.intake.reporting import report
from portal.leads.models import Lead
from portal.leads.story import tell
from portal.onboarding import journal, notices, queries, sealing, signs
from portal.onboarding.actions import PUBLIC_ID_BYTES
from portal.onboarding.changing import keep, note, read
from portal.onboarding.models import Plan, PlanState, PlanTask, SessionLog
from portal.onboarding.picture import picture
from portal.onboarding.planning.light import Step, judge
from portal.onboarding.planning.plan import Reason

DAYS_BETWEEN = 2
STOPPED = "They reported something new. Speak to them before anything goes on."
CHANGED = "They told us that their health has changed. Speak to them before anything goes on."
HELD = "The health check holds this person back."


def today(at: datetime) -> date:
    """Return the day in the studio's zone."""
    return at.astimezone(settings().studio.zone).date()


@transaction()
def begin(plan_id: int, *, at: datetime) -> SessionLog:
    """Open the session of today, or return the one that is there."""
    plan = _active(plan_id)
    standing = queries.log_on(plan.id, today(at))
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
    """Keep how one exercise of today was."""
    plan = _active(plan_id)
    log, line = queries.log_on(plan.id, today(at)), read(plan).line(key)
    if log is None or line is None:
        raise WrongStateError("This session has not begun.")
    kept = journal.entry(log).kept
    stood = kept["logs"].get(key) or {"level": line.item.level, "half": line.half}
    logs = {**kept["logs"], key: {**stood, **told}}
    log.content = sealing.close(log, {**kept, "logs": logs})


@transaction()
def finish(plan_id: int, *, confidence: int | None, at: datetime) -> None:
    """Bring today's session to its end, and do what the traffic light says."""
    plan = _active(plan_id)
    log = queries.log_on(plan.id, today(at))
    if log is None:
        raise WrongStateError("This session has not begun.")
    kept = {**journal.entry(log).kept, "confidence": confidence}
    log.finished_at = log.finished_at or at
    log.content = sealing.close(log, kept)
    plan.expect(today(at) + timedelta(days=DAYS_BETWEEN), at=at)
    _judge(plan, log, kept, at=at)
    notices.remind(plan, at=at)


@transaction()
def morning(plan_id: int, *, settled: bool, at: datetime) -> None:
    """Keep whether the last session was back to usual by the next morning."""
    plan = _active(plan_id)
    done = [each for each in journal.entries(queries.logs(plan.id)) if each.is_finished]
    if not done or done[-1].log.morning_at is not None:
        return
    log = done[-1].log
    log.morning_at = at
    kept = {**done[-1].kept, "settled": settled}
    log.content = sealing.close(log, kept)
    _judge(plan, log, kept, at=at)


def _judge(plan: Plan, log: SessionLog, kept: Mapping[str, Any], *, at: datetime) -> None:
    """Apply the traffic light once for each session: a step back does not wait for the morning."""
    found = journal.entries(queries.logs(plan.id))
    sheet = read(plan)
    verdict = judge(journal.history(found), journal.rungs(sheet, picture(plan.assessment)))
    if not kept["stepped"] or not verdict.steps:
        said = [verdict.kind, verdict.why.words, verdict.why.rule_id, verdict.why.source]
        log.content = sealing.close(
            log, {**kept, "said": said, "stepped": kept["stepped"] or bool(verdict.steps)}
        )
        _step(plan, verdict.steps, at=at)
    if verdict.tasks:
        open_task(plan, verdict.tasks, at=at)


def _step(plan: Plan, steps: Sequence[Step], *, at: datetime) -> None:
    sheet = read(plan)
    for step in steps:
        line = sheet.line(step.exercise)
        if line is None:
            continue
        is_more = step.level > line.item.level or (line.half and not step.half)
        kind = "forward" if is_more else "back"
        sheet = sheet.stepped(step.exercise, level=step.level, half=step.half, why=step.why)
        said = {
            "words": line.title,
            "because": step.why.words,
            "key": step.exercise,
            "from": line.item.level,
            "level": step.level,
        }
        note(plan, kind, said, at=at)
    if steps:
        keep(plan, sheet)
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


def stop(plan: Plan, keys: Sequence[str], *, at: datetime) -> Decision:
    """Stop everything on these signs: the health check decides at once, and holds.

    What somebody told is taken over before anything else is written.
    """
    plan_id, lead_id = plan.id, plan.lead_id
    decision = health.latest_decision(lead_id)
    if decision is None:
        raise WrongStateError("There is no health check to add this to.")
    public_id = decision.intake.enquiry.public_id
    decided = report(public_id, signs.changes(keys), at=at)
    _stopped(plan_id, keys, at=at)
    return decided


@transaction()
def _stopped(plan_id: int, keys: Sequence[str], *, at: datetime) -> None:
    plan = queries.plan_to_write(plan_id)
    told = [sign for sign in signs.signs() if sign.key in keys]
    log = queries.log_on(plan.id, today(at))
    if log is not None:
        leg = any(sign.leg for sign in told)
        others = [sign.key for sign in told if not sign.leg]
        kept = {**journal.entry(log).kept, "leg": leg, "sign": (others or [""])[0]}
        log.content = sealing.close(log, kept)
    pause(plan, STOPPED, [sign.words for sign in told], at=at)


@transaction()
def changed(plan_id: int, *, at: datetime) -> None:
    """Pause the plan: the person's health has changed, and the health check is asked again."""
    pause(queries.plan_to_write(plan_id), CHANGED, [], at=at)


@transaction()
def nothing_new(plan_id: int, *, at: datetime) -> None:
    """Note that the warning signs were asked again, and nothing was there."""
    _active(plan_id).looked_at(at=at)


def follow_decision(lead: Lead, at: datetime) -> None:
    """Pause a plan when the health check holds the person back, in the caller's transaction."""
    plan = queries.live_plan(lead.id)
    if plan is not None and lead.is_held_back and lead.hold != "vigorous":
        pause(plan, HELD, [], at=at)


def pause(plan: Plan, words: str, told: Sequence[str], *, at: datetime) -> None:
    """Stop a plan that is being trained, note why, and ask the coach to look."""
    notices.no_reminder(plan)
    if plan.state is PlanState.ACTIVE:
        plan.stop(at=at)
        note(plan, "stopped", {"words": words, "because": "; ".join(told)}, at=at)
        tell(plan.lead, "plan_stopped", at=at)
    if plan.state is PlanState.STOPPED:
        open_task(plan, [Reason("STOP", words, "")], at=at)


@transaction()
def remind(plan_id: int, hour: int | None, *, at: datetime) -> None:
    """Switch reminders on for an hour of the day, or off."""
    plan = queries.plan_to_write(plan_id)
    plan.remind_hour = hour
    notices.no_reminder(plan)
    notices.remind(plan, at=at)


@transaction()
def tell_goals(plan_id: int, values: Mapping[str, int], *, at: datetime) -> None:
    """Keep how the goals are now; told twice on a day, the later counts."""
    plan = _active(plan_id)
    sheet = read(plan)
    day = today(at).isoformat()
    earlier = tuple(each for each in sheet.goals if each[0] != day)
    keep(plan, sheet.with_goals((*earlier, (day, dict(values)))))
    plan.change(plan.content, at=at)


@transaction()
def mail_link(plan_id: int, *, at: datetime) -> None:
    """Send the person the link to their page once more: at most one an hour."""
    notices.link_again(queries.plan_to_write(plan_id), at=at)


def _active(plan_id: int) -> Plan:
    plan = queries.plan_to_write(plan_id)
    if plan.state is not PlanState.ACTIVE:
        raise WrongStateError("This plan is not being trained now.")
    return plan
