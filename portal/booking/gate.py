"""Who may pick a time: asked when the page is shown, and again inside the booking itself."""

from enum import StrEnum

from portal.intake.models import Decision
from portal.intake.queries import latest_decision
from portal.leads.kinds import ALARMS
from portal.leads.models import Disposition, Lead, Status
from portal.referrals.queries import is_released

LEVELS = frozenset({Disposition.CLEAR, Disposition.CAUTION, Disposition.REFERRAL})
HOLDS = frozenset({"none", "vigorous"})
"""Holds that leave a talk with a coach open: `vigorous` puts off hard training only."""


class Gate(StrEnum):
    """Where somebody stands before the door of the diary."""

    OPEN = "open"
    UNFINISHED = "unfinished"
    HELD = "held"
    ALARM = "alarm"


FOR_VISITORS = frozenset({Gate.OPEN})
FOR_STAFF = frozenset({Gate.OPEN, Gate.UNFINISHED})


class ClosedGateError(Exception):
    """This person may not be booked now; `gate` says where they stand."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(f"Booking is closed: {gate}.")
        self.gate = gate


def gate(lead: Lead) -> Gate:
    """Return where a lead stands: both the last decision and what the desk holds must allow it."""
    return judge(lead, latest_decision(lead.id))


def judge(lead: Lead, decision: Decision | None) -> Gate:
    """Return where a lead with this last decision stands.

    A verified clearance stands in for the decision that it answers.
    """
    cleared = decision is not None and not _allows(decision) and is_released(decision)
    alarming = decision is not None and decision.disposition in ALARMS and not cleared
    if lead.disposition in ALARMS or alarming:
        return Gate.ALARM
    if decision is None or decision.intake.finished_at is None:
        return Gate.HELD if waits(lead) else Gate.UNFINISHED
    if Disposition.INCOMPLETE in {decision.disposition, lead.disposition}:
        return Gate.UNFINISHED
    if lead.status is Status.HELD or not ((cleared or _allows(decision)) and _allows(lead)):
        return Gate.HELD
    return Gate.OPEN


def must_be_open(lead: Lead) -> None:
    """Raise ClosedGateError unless this person may pick a time."""
    must_allow(lead, latest_decision(lead.id), by_staff=False)


def must_allow(lead: Lead, decision: Decision | None, *, by_staff: bool) -> None:
    """Raise ClosedGateError unless a person with this last decision may be booked.

    The desk may book somebody who is not screened yet, and nobody else who must wait.
    """
    found = judge(lead, decision)
    if found not in (FOR_STAFF if by_staff else FOR_VISITORS):
        raise ClosedGateError(found)


def lets_staff_book(lead: Lead, decision: Decision | None) -> bool:
    """Say whether the desk may book a person with this last decision."""
    return judge(lead, decision) in FOR_STAFF


def waits(lead: Lead) -> bool:
    """Say whether the desk knows of a hold, which stands while somebody answers anew."""
    held = lead.disposition in LEVELS and lead.hold not in HOLDS
    return held or lead.disposition in ALARMS


def _allows(judged: Decision | Lead) -> bool:
    return judged.disposition in LEVELS and judged.hold in HOLDS
