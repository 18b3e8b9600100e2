"""What the holder of a pass does with it: claim, move, give back, sign; each is one transaction."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError, NoResultFound

from portal import opening
from portal.extensions import db, settings, transaction
from portal.intake import queries as intakes
from portal.leads.kinds import Disposition, Kind, Status
from portal.leads.lead import Lead
from portal.leads.models import Enquiry
from portal.leads.queries import latest_enquiry, lead_to_write
from portal.leads.story import tell
from portal.passes import days, identity, notices, queries, standing
from portal.passes.codes import new_code
from portal.passes.models import DayPass
from portal.passes.standing import Holder
from portal.staff.models import Staff

CODE_LENGTHS = (4, 4, 4, 5, 5, 6, 8)
SECRET_BYTES = 16


class ClosedDayError(Exception):
    """The studio is not open on that day, or it can no longer be chosen."""


@dataclass(frozen=True)
class Gift:
    """A pass from the desk: for which day, from whom, why, and when."""

    day: date
    staff: Staff
    because: str
    at: datetime


class NotAllowedError(Exception):
    """The health check does not let this person have a pass now."""


def claim(public_id: str, *, day: date, at: datetime) -> DayPass:
    """Return the pass of an enquiry, issued now unless it stands already.

    Raise NotAllowedError, ClosedDayError, or AlreadyHadOneError for somebody who has or had one. A
    code that another pass has in the same moment is refused by the database; the next one is tried.
    """
    for length in CODE_LENGTHS:
        try:
            return _claim(public_id, day=day, at=at, length=length)
        except IntegrityError as error:
            refusal = error
    raise refusal


def give(lead_id: int, *, day: date, staff: Staff, because: str, at: datetime) -> DayPass:
    """Give somebody a pass in spite of an earlier one; the reason stays in their story.

    The health check is never overridden: raise NotAllowedError while it holds the person back.
    """
    gift = Gift(day, staff, because, at)
    for length in CODE_LENGTHS:
        try:
            return _give(lead_id, gift, length=length)
        except IntegrityError as error:
            refusal = error
    raise refusal


@transaction()
def refuse(public_id: str, *, at: datetime) -> None:
    """Note that somebody asked for one pass too many, and mail them the one that still stands.

    It goes to the address it was made out to: whoever filled in this form may be somebody else.
    """
    lead = intakes.lead_to_write(public_id)
    enquiry = intakes.enquiry(public_id)
    who = standing.known_by(lead, enquiry, _holder(enquiry, at=at))
    found = _counted(lead, at=at) or queries.standing_pass(who)
    if found is not None and found.is_ahead(days.today(at)):
        notices.sent_again(found, at=at)
    tell(lead, "pass_refused", at=at)


@transaction()
def move(pass_id: int, *, day: date, at: datetime, staff: Staff | None = None) -> DayPass:
    """Put a pass that was not used on another day, also after its own has gone by."""
    day_pass = queries.to_write(pass_id)
    if day == day_pass.valid_on:
        return day_pass
    _must_be_open(day, at=at)
    if not standing.allows(day_pass.lead):
        raise NotAllowedError
    enquiry = latest_enquiry(day_pass.lead_id)
    who = standing.known_by(day_pass.lead, enquiry, Holder(None, at))
    day_pass.move(day, at=at)
    identity.keep(pass_id, until=days.end_of(day))
    identity.take(who, pass_id=pass_id, until=days.end_of(day), at=at)
    _put_off(day_pass.lead, day, at=at)
    tell(day_pass.lead, "pass_moved", at=at, staff=staff, day=day.isoformat())
    notices.moved(day_pass, at=at)
    return day_pass


@transaction()
def give_back(pass_id: int, *, at: datetime) -> None:
    """Give a pass back; pressed twice, it is given back once."""
    day_pass = queries.to_write(pass_id)
    if day_pass.returned_at is not None:
        return
    day_pass.give_back(at=at)
    identity.let_go(pass_id)
    tell(day_pass.lead, "pass_given_back", at=at)
    notices.withdraw(day_pass)


def follow_decision(lead: Lead, at: datetime) -> None:
    """Leave somebody alone again who only answered anew for the pass that they have.

    Runs inside the decision's own transaction, on the locked lead.
    """
    decision, ahead = intakes.latest_decision(lead.id), _counted(lead, at=at)
    if decision is None or ahead is None or not ahead.is_ahead(days.today(at)):
        return
    if ahead.enquiry_id == decision.intake.enquiry_id and lead.status is Status.WAITING:
        _put_off(lead, ahead.valid_on, at=at)


@transaction()
def _claim(public_id: str, *, day: date, at: datetime, length: int) -> DayPass:
    lead = intakes.lead_to_write(public_id)
    enquiry = intakes.enquiry(public_id)
    existing = queries.of_enquiry(enquiry.id)
    if existing is not None:
        return existing
    if enquiry.kind is not Kind.DAY_PASS:
        raise NoResultFound("Only a request for a day pass leads to one.")
    decision = standing.decision_for(enquiry)
    if decision is None:
        raise NotAllowedError
    _must_be_open(day, at=at)
    if _counted(lead, at=at):
        raise identity.AlreadyHadOneError
    day_pass = _new(enquiry, day=day, at=at, length=length)
    day_pass.enquiry_id = enquiry.id
    _issue(day_pass, enquiry, standing.holder(decision, at=at), at=at)
    tell(lead, "pass_issued", at=at, day=day.isoformat())
    notices.issued(day_pass, at=at, enquiry=enquiry)
    return day_pass


@transaction()
def _give(lead_id: int, gift: Gift, *, length: int) -> DayPass:
    lead = lead_to_write(lead_id)
    if not standing.allows(lead):
        raise NotAllowedError
    enquiry = latest_enquiry(lead_id)
    _must_be_open(gift.day, at=gift.at)
    day_pass = _new(enquiry, day=gift.day, at=gift.at, length=length)
    day_pass.given_by_id = gift.staff.id
    known = standing.holder(intakes.latest_decision(lead_id), at=gift.at)
    _issue(day_pass, enquiry, known, at=gift.at, anyway=True)
    day = gift.day.isoformat()
    tell(lead, "pass_given", at=gift.at, staff=gift.staff, day=day, text=gift.because)
    notices.issued(day_pass, at=gift.at)
    return day_pass


def _counted(lead: Lead, *, at: datetime) -> DayPass | None:
    """Return the pass that leaves no room for another: one more from the desk hides none of them.

    It took over what the earlier pass was known by, and lets go of it when it is given back.
    """
    return queries.counted(lead.id, today=days.today(at), since=at - identity.ONE_PER)


def _new(enquiry: Enquiry, *, day: date, at: datetime, length: int) -> DayPass:
    return DayPass(
        code=_free_code(length),
        public_id=secrets.token_urlsafe(SECRET_BYTES),
        lead=enquiry.lead,
        name=enquiry.name,
        email=enquiry.email,
        valid_on=day,
        issued_at=at,
        updated_at=at,
    )


def _issue(
    day_pass: DayPass, enquiry: Enquiry, holder: Holder, *, at: datetime, anyway: bool = False
) -> None:
    """Write a pass and hold everything its holder is known by; raise AlreadyHadOneError."""
    day_pass.under_18 = holder.under_18
    db.session.add(day_pass)
    db.session.flush()
    who, until = standing.known_by(enquiry.lead, enquiry, holder), days.end_of(day_pass.valid_on)
    identity.take(who, pass_id=day_pass.id, until=until, at=at, anyway=anyway)
    _put_off(enquiry.lead, day_pass.valid_on, at=at)


def _free_code(length: int) -> str:
    """Return a code that is nobody's reference: at the door both may be typed."""
    code = new_code(length)
    while queries.is_a_reference(code):
        code = new_code(length)
    return code


def _must_be_open(day: date, *, at: datetime) -> None:
    if day not in days.offered(at=at):
        raise ClosedDayError


def _holder(enquiry: Enquiry, *, at: datetime) -> Holder:
    return standing.holder(standing.decision_for(enquiry), at=at)


def _put_off(lead: Lead, day: date, *, at: datetime) -> None:
    """Leave somebody with nothing to look into alone until the visit is over.

    Whoever needs adapting stays where a coach sees them before they come.
    """
    if lead.disposition is Disposition.CLEAR and lead.is_open:
        hours = opening.hours(at=at, settings=settings())
        lead.contacted(at=at, due_at=hours.next_noon(days.noon_of(day)))
    else:
        lead.touched(at=at)
