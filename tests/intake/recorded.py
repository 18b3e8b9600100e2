"""A whole health check at once, for the tests of what comes after it."""

from datetime import datetime

from portal.demo.cases import filled
from portal.extensions import transaction
from portal.intake import actions, queries, road
from portal.intake.models import Decision
from portal.intake.sheet import Sheet
from portal.leads.models import Enquiry
from portal.screening.questionnaire import Answers


def record_screening(
    enquiry: Enquiry, *, answers: Answers, wording: str, at: datetime
) -> Decision | None:
    """Answer and send every page: a key left out is answered mildly, None stays unanswered.

    Return the last decision on it, None when nothing was decided because the desk knows of
    something graver.
    """
    public_id = enquiry.public_id
    with transaction():
        lead = queries.lead_to_write(public_id)
        intake = queries.intake_of(enquiry.id)
        if intake is None:
            intake = road.open_check(enquiry, lead, wording=wording, at=at)
        intake.reopen()
        road.keep(intake, Sheet(filled(answers)), at=at)
        intake_id = intake.id
    actions.send(public_id, at=at)
    with transaction():
        return queries.decision_on(intake_id)
