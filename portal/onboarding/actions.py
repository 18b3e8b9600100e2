"""The verbs of the consult; each is one transaction."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.booking.gate import must_be_open
from portal.errors import WrongStateError
from portal.extensions import db, transaction
from portal.intake import queries as intakes
from portal.intake import readings
from portal.intake.readings import About
from portal.leads.story import tell
from portal.onboarding import queries, sealing
from portal.onboarding.blocks import LONGEST_GOAL, book
from portal.onboarding.models import Assessment
from portal.staff.models import Staff

PUBLIC_ID_BYTES = 32
GOALS = 3
UNCONFIRMED = "Ask first whether everything is still as they told us."


class NoHealthCheckError(WrongStateError):
    """There is no finished health check to start from."""


@transaction()
def begin(lead_id: int, *, coach: Staff, told: Mapping[str, Any], at: datetime) -> Assessment:
    """Open a consult, or return the one that is open; raise NoHealthCheckError without answers.

    `told` are the health check's answers: the goals named there are not asked a second time.
    """
    lead = queries.lead_to_write(lead_id)
    last = queries.last_assessment(lead_id)
    if last is not None and not last.is_finished:
        return last
    if intakes.latest_decision(lead_id) is None:
        raise NoHealthCheckError("The health check comes first.")
    opened = Assessment(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        lead=lead,
        coach_id=coach.id,
        book_version=book().version,
        started_at=at,
        updated_at=at,
    )
    opened.content = sealing.close(opened, goals_of(told))
    db.session.add(opened)
    db.session.flush()
    tell(lead, "assessment_started", at=at, staff=coach)
    return opened


def goals_of(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the goals that the health check named, one to a line, as far as there is room."""
    lines = str(told.get("goals") or "").replace(";", "\n").splitlines()
    named = [line.strip(" -\t")[:LONGEST_GOAL] for line in lines if line.strip(" -\t")]
    return {f"goal_{number}": goal for number, goal in enumerate(named[:GOALS], 1)}


@transaction()
def save(assessment_id: int, values: Mapping[str, Any], *, at: datetime) -> None:
    """Keep the sound values of one page; None empties what stood there."""
    opened = queries.assessment_to_write(assessment_id)
    kept = {**queries.values_of(opened), **values}
    whole = {key: value for key, value in kept.items() if value is not None}
    opened.save(sealing.close(opened, whole), at=at)


@transaction()
def finish(assessment_id: int, *, staff: Staff, at: datetime) -> Assessment:
    """Close a consult; raise ClosedGateError while the health check holds, WrongStateError early.

    The second look at the warning signs is what every programme starts with.
    """
    opened = queries.assessment_to_write(assessment_id)
    lead = queries.lead_to_write(opened.lead_id)
    must_be_open(lead)
    if queries.values_of(opened).get("still_so") != "same":
        raise WrongStateError(UNCONFIRMED)
    opened.finish(at=at)
    tell(lead, "assessment_finished", at=at, staff=staff)
    return opened


def note_reading(*lead_ids: int, staff: Staff, page: str, at: datetime) -> None:
    """Note that somebody reads what is sealed about people; raise PermissionError for the desk.

    Where there is a decision that a person's story rests on, the note names it.
    """
    last = intakes.latest_decisions(lead_ids)
    decided = {lead_id: decision.id for lead_id, decision in last.items()}
    read = [About(lead_id, decided.get(lead_id), page) for lead_id in lead_ids]
    if read:
        readings.log(*read, staff=staff, at=at)
