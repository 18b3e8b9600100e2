"""Keeps what the rules said to a set of answers, and lets the desk know: inside an action."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from portal import screening
from portal.extensions import db, settings, vault
from portal.intake import handover, notices, queries, reasons
from portal.intake.models import Decision, Intake
from portal.leads.models import RANK, UNKNOWN_RANK, Disposition, Status
from portal.leads.response import due_at
from portal.leads.story import tell

Answers = Mapping[str, Any]
SHOWN = {Disposition.EMERGENCY: "emergency_shown", Disposition.URGENT: "urgent_shown"}
PUBLIC_ID_BYTES = 32
HOLDS_ALL = "all"


def public_id() -> str:
    """Return a random name for a row that is sealed or linked."""
    return secrets.token_urlsafe(PUBLIC_ID_BYTES)


def fingerprint(answers: Answers) -> str:
    """Return the keyed hash of a set of answers."""
    return vault().fingerprint(screening.answer_hash(answers))


def stands(decision: Decision | None, answers: Answers) -> bool:
    """Say whether a decision was made on these very answers; a changed answer ends it."""
    return decision is not None and decision.answer_hash == fingerprint(answers)


def record(
    intake: Intake, verdict: screening.Decision, answers: Answers, *, complete: bool, at: datetime
) -> Decision:
    """Return the decision on these answers, written now unless it stands already."""
    last = queries.decision_on(intake.id)
    if last is not None and last.complete == complete and stands(last, answers):
        return last
    why = reasons.explain(verdict, answers)
    decision = Decision(
        public_id=public_id(),
        intake=intake,
        disposition=Disposition(verdict.disposition),
        timeframe=verdict.timeframe,
        hold=verdict.hold,
        complete=complete,
        answer_hash=fingerprint(answers),
        questionnaire_version=why.questionnaire_version,
        ruleset_version=why.ruleset_version,
        decided_at=at,
    )
    decision.reasons = reasons.seal(decision.place, why, person=intake.person)
    db.session.add(decision)
    db.session.flush()
    return decision


def alarm(
    intake: Intake, verdict: screening.Decision, answers: Answers, *, complete: bool, at: datetime
) -> Decision:
    """Record an emergency or urgent outcome; the clock at the desk starts with its first answer.

    An emergency that another health check told of stays one until a whole one says less.
    """
    lead = intake.enquiry.lead
    stays = not complete and _emergency_is_open(intake, verdict)
    decision = record(intake, verdict, answers, complete=complete, at=at)
    notices.no_need_to_finish(intake.enquiry)
    is_awake = lead.status is Status.WAITING and not lead.is_snoozed(at=at)
    if stays:
        if not is_awake:
            lead.heard_from(at=at, due_at=due_at(lead.disposition, at=at, settings=settings()))
            notices.staff_alert(decision)
        handover.decided(lead, at=at)
    elif lead.disposition is not decision.disposition or not is_awake:
        _hand_over(decision, at=at)
        notices.staff_alert(decision)
    else:
        handover.decided(lead, at=at)
    return decision


def shown(decision: Decision, *, at: datetime) -> None:
    """Note that this answer leads straight to the page that says so."""
    if decision.shown_at is None:
        decision.shown_at = at
        if decision.disposition in SHOWN:
            tell(decision.intake.enquiry.lead, SHOWN[decision.disposition], at=at)


def conclude(
    intake: Intake, verdict: screening.Decision, answers: Answers, *, at: datetime
) -> Decision:
    """Record a finished health check and everything that follows from it."""
    decision = record(intake, verdict, answers, complete=True, at=at)
    _hand_over(decision, at=at)
    tell(intake.enquiry.lead, "health_check_sent", at=at, disposition=decision.disposition.value)
    notices.no_need_to_finish(intake.enquiry)
    notices.request_received(intake.enquiry)
    shown(decision, at=at)
    return decision


def leave_open(
    intake: Intake, verdict: screening.Decision, answers: Answers, *, because: str, at: datetime
) -> None:
    """Record that answers are missing or not sent, unless the desk knows of something graver.

    What the desk knows stays until a whole new set of answers is sent: silence never clears. Until
    then all of it is held, as it is for anybody whose answers are open.
    """
    lead = intake.enquiry.lead
    if lead.disposition is not None and RANK[lead.disposition] < UNKNOWN_RANK:
        if lead.hold != HOLDS_ALL:
            lead.hold_all(at=at)
            handover.decided(lead, at=at)
        tell(lead, because, at=at)
        return
    waiting = replace(verdict, disposition="INCOMPLETE", timeframe="none", hold=HOLDS_ALL)
    decision = record(intake, waiting, answers, complete=False, at=at)
    if lead.disposition is not Disposition.INCOMPLETE or not lead.is_open:
        _hand_over(decision, at=at)
    tell(lead, because, at=at)


def _hand_over(decision: Decision, *, at: datetime) -> None:
    level, lead = decision.disposition, decision.intake.enquiry.lead
    lead.screened(
        level,
        timeframe=decision.timeframe,
        hold=decision.hold,
        at=at,
        due_at=due_at(level, at=at, settings=settings()),
    )
    handover.decided(lead, at=at)


def _emergency_is_open(intake: Intake, verdict: screening.Decision) -> bool:
    """Say whether the desk is about an emergency that this health check never told of."""
    lead, said = intake.enquiry.lead, queries.decision_on(intake.id)
    known, told = Disposition.EMERGENCY, Disposition(verdict.disposition)
    said_here = known in {told, said.disposition if said else None}
    is_open = lead.status in {Status.WAITING, Status.CONTACTED}
    return lead.disposition is known and is_open and not said_here
