"""The verbs of the health check; each is one transaction on one person's locked row."""

from datetime import datetime

from portal import screening
from portal.clock import now
from portal.extensions import transaction
from portal.intake import notices, queries, readings, reasons, recording, road, sheet
from portal.intake.models import Decision, Intake
from portal.intake.readings import About
from portal.intake.reasons import Reasons
from portal.intake.road import RESULT, Step
from portal.intake.sheet import Sheet, Submitted
from portal.leads.story import tell
from portal.screening.questionnaire import Answers
from portal.staff.models import Staff


@transaction()
def begin(public_id: str, *, wording: str, submitted: Submitted, at: datetime) -> Step:
    """Take the consent and the first page together; sent twice, it is one consent and one check."""
    lead = queries.lead_to_write(public_id)
    enquiry = queries.enquiry(public_id)
    first = screening.questionnaire().pages[0]
    intake = queries.intake_of(enquiry.id)
    if intake is None:
        _, problems = road.take(first, {}, submitted, at=at)
        if problems:
            return Step(first.slug, problems)
        intake = road.open_check(enquiry, lead, wording=wording, at=at)
    return road.follow(intake, first, submitted, at=at)


@transaction()
def answer(public_id: str, *, slug: str, submitted: Submitted, at: datetime) -> Step:
    """Keep the answers of one page, say where they lead; raise NoResultFound for no such page."""
    intake = _intake(public_id)
    page = road.find_page(sheet.read(intake).answers, slug)
    return road.follow(intake, page, submitted, at=at)


@transaction()
def confirm(public_id: str, *, mistake: bool, at: datetime) -> Step:
    """Carry out, or drop, the change that would take back an emergency answer."""
    intake = _intake(public_id)
    answers, pending = (kept := sheet.read(intake)).answers, kept.pending
    if pending is None or not mistake:
        road.keep(intake, Sheet(answers), at=at)
        return Step(RESULT)
    page = road.find_page(answers, pending.slug)
    after, _ = road.take(page, answers, pending.submitted, at=at)
    tell(intake.enquiry.lead, "emergency_taken_back", at=at)
    return road.settle(intake, page, after, at=at)


@transaction()
def send(public_id: str, *, at: datetime) -> Step:
    """End the health check with what is there: decided when it is whole, INCOMPLETE when not."""
    intake = _intake(public_id)
    if intake.finished_at is None:
        _end(intake, sheet.read(intake).answers, at=at)
    return Step(RESULT)


@transaction()
def ask_anew(public_id: str) -> None:
    """Ask the whole health check again: what was answered stands there, and has to be sent anew.

    Until then no time can be picked on it; whatever is decided at once is, as ever.
    """
    _intake(public_id).reopen()


@transaction()
def mail_link(public_id: str, *, at: datetime) -> None:
    """Send the person a fresh link to go on with, to the address they gave: one an hour."""
    lead = queries.lead_to_write(public_id)
    enquiry = queries.enquiry(public_id)
    if not queries.link_is_queued(enquiry, at=at):
        notices.resume_link(enquiry, at=at)
        tell(lead, "link_sent", at=at)


def read_reasons(decision: Decision, *, staff: Staff, page: str) -> Reasons:
    """Open a decision's reasons for a member of staff and note who read them, when and where.

    Nothing is returned before the note is kept. Raise PermissionError for a role that does not need
    health answers for its work.
    """
    about = About(decision.intake.enquiry.lead_id, decision.id, page)
    with transaction():
        end = readings.note(about, staff=staff, at=now())
        why = reasons.read(decision)
    readings.anchor(end)
    return why


def _intake(public_id: str) -> Intake:
    """Return the locked health check behind a link; raise NoResultFound before it was begun."""
    queries.lead_to_write(public_id)
    return queries.begun(public_id)


def _end(intake: Intake, answers: Answers, *, at: datetime) -> None:
    """Decide; it is finished before, as those who hear of the decision look at both."""
    verdict, missing = road.verdict_on(answers), screening.questionnaire().missing(answers)
    if not missing and intake.finished_at is None:
        intake.finish(at=at)
    if verdict.at_once:
        decision = recording.alarm(intake, verdict, answers, complete=not missing, at=at)
        recording.shown(decision, at=at)
    elif missing:
        recording.leave_open(intake, verdict, answers, because="health_check_incomplete", at=at)
    else:
        recording.conclude(intake, verdict, answers, at=at)
