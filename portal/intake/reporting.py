"""A change that somebody reports later on: new answers, decided by the same rules at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from portal import screening
from portal.extensions import settings, transaction
from portal.intake import notices, queries, recording, road, sheet
from portal.intake.models import Decision
from portal.intake.sheet import Sheet
from portal.leads.models import RANK, Disposition
from portal.leads.response import due_at

LOOK_FIRST = "all"
"""What waits at the least after a reported sign: everything, until somebody has looked."""


@transaction()
def report(public_id: str, changes: Mapping[str, str], *, at: datetime) -> Decision:
    """Take over what somebody reports, and hold; the rules may say graver, never milder.

    Below the alarms it is the first thing to be looked at: `Lead.reported` puts it there.

    Raise NoResultFound when there is no health check to add it to.
    """
    lead = queries.lead_to_write(public_id)
    intake = queries.begun(public_id)
    asked = screening.questionnaire()
    after = {**sheet.read(intake).answers, **changes}
    verdict = screening.decide({**asked.facts(after), **changes})
    road.keep(intake, Sheet(after), at=at)
    if verdict.at_once:
        decision = recording.alarm(intake, verdict, after, complete=not asked.missing(after), at=at)
        recording.shown(decision, at=at)
        return decision
    if verdict.disposition == "INCOMPLETE" or _is_milder(verdict):
        verdict = replace(verdict, disposition="REFERRAL", timeframe="within_days", hold=LOOK_FIRST)
    decision = recording.conclude(intake, verdict, after, at=at)
    lead.reported(at=at, due_at=due_at(Disposition.URGENT, at=at, settings=settings()))
    notices.staff_alert(decision)
    return decision


def _is_milder(verdict: screening.Decision) -> bool:
    return (
        RANK[Disposition(verdict.disposition)] > RANK[Disposition.REFERRAL]
        or verdict.hold != LOOK_FIRST
    )
