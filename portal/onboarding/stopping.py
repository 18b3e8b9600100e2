"""What stops a plan: a sign, changed health, a decision; looking again, and what lets it go on."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from portal.booking.gate import must_be_open
from portal.errors import WrongStateError
from portal.extensions import transaction
from portal.intake import queries as health
from portal.intake import sheet
from portal.intake.actions import ask_anew
from portal.intake.models import Decision
from portal.intake.reporting import report
from portal.leads.models import Enquiry, Lead
from portal.leads.story import tell
from portal.onboarding import journal, notices, queries, sealing, signs
from portal.onboarding.changing import FaultsError, Press, locked, misfits, note, read
from portal.onboarding.models import Plan, PlanState
from portal.onboarding.planning.plan import Reason
from portal.onboarding.training import active, open_task, today, under_way

STOPPED = "They reported something new. Speak to them before anything goes on."
CHANGED = "They told us that their health has changed. Speak to them before anything goes on."
HELD = "The health check holds this person back."
MISFIT = "Their answers have changed, and the plan does not fit them any more. Change it with them."
WHY_STOPPED = frozenset({STOPPED, CHANGED, HELD, MISFIT})


def stop(plan: Plan, keys: Sequence[str], *, at: datetime) -> Decision:
    """Stop everything on these signs: the health check decides at once, and holds.

    What somebody told is taken over before anything else is written.
    """
    plan_id = plan.id
    decided = hear(plan.lead_id, keys, at=at)
    _stopped(plan_id, keys, at=at)
    return decided


def hear(lead_id: int, keys: Iterable[str], *, at: datetime) -> Decision:
    """Add these signs to what somebody has answered, and return what the health check decides."""
    decision = health.latest_decision(lead_id)
    if decision is None:
        raise WrongStateError("There is no health check to add this to.")
    public_id = decision.intake.enquiry.public_id
    stood = sheet.read(decision.intake).answers
    return report(public_id, signs.changes(keys, stood), at=at)


@transaction()
def _stopped(plan_id: int, keys: Sequence[str], *, at: datetime) -> None:
    plan = queries.plan_to_write(plan_id)
    told = [sign for sign in signs.signs() if sign.key in keys]
    log = under_way(plan, at)
    if log is not None:
        leg = any(sign.leg for sign in told)
        others = [sign.key for sign in told if not sign.leg]
        kept = {**journal.whole(journal.entry(log).kept, read(plan)), "leg": leg}
        log.content = sealing.close(log, {**kept, "sign": (others or [""])[0]})
        log.finished_at = log.finished_at or at
    pause(plan, STOPPED, [sign.words for sign in told], at=at)


@transaction()
def changed(plan_id: int, *, at: datetime) -> None:
    """Pause the plan: the person's health has changed, and the health check is asked again."""
    pause(queries.plan_to_write(plan_id), CHANGED, [], at=at)


def ask_all(plan: Plan) -> Enquiry:
    """Open the whole health check again, with the answers of last time; return whose it is.

    The plan stays as it is: no session opens before the answers are sent, and what is decided on
    them stops it or lets it go on. One that has stopped goes on no sooner.
    """
    decision = health.latest_decision(plan.lead_id)
    if decision is None:
        raise WrongStateError("There is no health check to ask again.")
    enquiry = decision.intake.enquiry
    ask_anew(enquiry.public_id)
    return enquiry


@transaction()
def nothing_new(plan_id: int, *, at: datetime) -> None:
    """Note that the warning signs were asked again, and nothing was there."""
    active(plan_id).looked_at(at=at)


def follow_decision(lead: Lead, at: datetime) -> None:
    """Pause a plan that the new answers hold back or rule out, in the caller's transaction.

    Where they do neither, they are a second look at the warning signs as well. A clearance that
    came, ended or was taken back is no look: nobody was asked anything.
    """
    plan = queries.live_plan(lead.id)
    if plan is None:
        return
    if lead.is_held_back and lead.hold != "vigorous":
        pause(plan, HELD, [], at=at)
    elif plan.state is PlanState.ACTIVE and misfits(plan):
        pause(plan, MISFIT, [], at=at)
    elif plan.state is PlanState.ACTIVE and lead.screened_at == at:
        plan.looked_at(at=at)


def pause(plan: Plan, words: str, told: Sequence[str], *, at: datetime) -> None:
    """Stop a plan that is being trained, note why, and ask the coach to look.

    What somebody told is noted also where the decision on it has stopped the plan already.
    """
    notices.no_reminder(plan)
    was_active = plan.state is PlanState.ACTIVE
    if was_active:
        plan.stop(at=at)
        tell(plan.lead, "plan_stopped", at=at)
    if was_active or told:
        note(plan, "stopped", {"words": words, "because": "; ".join(told)}, at=at)
    if plan.state is PlanState.STOPPED:
        open_task(plan, [Reason("STOP", words, "")], at=at)


@transaction()
def resume(press: Press) -> Plan:
    """Let a stopped plan go on; raise ClosedGateError while the health check holds.

    Raise FaultsError when the answers have changed, and the plan does not fit them any more.
    """
    plan = locked(press)
    must_be_open(plan.lead)
    if faults := misfits(plan):
        raise FaultsError(faults)
    plan.resume(next_on=today(press.at), at=press.at)
    _looked_into(plan, press)
    said = {"words": "Goes on", "because": press.because}
    note(plan, "resumed", said, staff=press.staff, at=press.at)
    tell(plan.lead, "plan_resumed", at=press.at, staff=press.staff)
    notices.remind(plan, at=press.at)
    return plan


def _looked_into(plan: Plan, press: Press) -> None:
    """Take out of the coach's task what had stopped the plan; anything else still waits."""
    task = queries.open_task(plan.id)
    words = sealing.read(task) if task else []
    left = [each for each in words if each not in WHY_STOPPED]
    if task and left:
        task.content = sealing.close(task, left)
    elif task:
        task.closed_at, task.closed_by_id = press.at, press.staff.id
