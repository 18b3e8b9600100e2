"""What coaches and managers say to an answer; each is one transaction on the locked lead."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.errors import WrongStateError
from portal.extensions import db, transaction, vault
from portal.intake import handover
from portal.leads.kinds import ALARMS
from portal.leads.models import Activity, Disposition, Lead
from portal.leads.story import tell
from portal.referrals import answer, news, notices, queries
from portal.referrals.answer import NO_LIMITS, Limits
from portal.referrals.models import Clearance, Referral, ReturnLink, State
from portal.staff.models import Staff

GOOD_FOR = timedelta(days=365)
STORY = {
    State.CLEARED: "clearance_verified",
    State.LIMITED: "clearance_verified",
    State.NOT_CLEARED: "clearance_refused",
}


@dataclass(frozen=True)
class Word:
    """A coach's word on one answer; `until` None stands for twelve months."""

    state: State
    limits: Limits = NO_LIMITS
    until: date | None = None


@transaction()
def verify(lead_id: int, clearance_id: int, word: Word, *, staff: Staff, at: datetime) -> Activity:
    """Settle a referral by an answer; a release and its mail follow by themselves.

    Pressed twice by the same person it is one step. Raise WrongStateError when a colleague was
    first, when a newer answer came in, or when nobody has noted yet that the person was seen.
    """
    _only_coaches(staff)
    lead = queries.lead_to_write(lead_id)
    referral, clearance = _newest(lead, clearance_id)
    earlier = _pressed_before(referral, word, staff)
    if earlier is not None:
        return earlier
    if referral.decision.disposition in ALARMS and referral.seen_on is None:
        raise WrongStateError("Record first that they have been seen.")
    before = {**_before(lead, referral), "clearance_id": clearance.id}
    expires_on = _end(word, at=at)
    leaves = news.what_it_leaves(referral.decision) if expires_on else "none"
    referral.verify(word.state, staff=staff, at=at, leaves=leaves, expires_on=expires_on)
    clearance.agreed = answer.seal_agreed(clearance, word.limits)
    db.session.flush()
    _tell_the_person(referral, at=at)
    return tell(lead, STORY[word.state], at=at, staff=staff, before=before)


@transaction()
def record_seen(lead_id: int, *, on: date, where: str, staff: Staff, at: datetime) -> Activity:
    """Note when, and by whom, somebody was seen who was told to get help."""
    _only_coaches(staff)
    lead = queries.lead_to_write(lead_id)
    referral = _referral(lead)
    if not referral.decision.decided_at.date() - timedelta(days=1) <= on <= queries.today(at):
        raise WrongStateError("The day lies between the outcome and today.")
    before = _before(lead, referral)
    sealed = vault().seal(referral.place, json.dumps(where), person=lead.ref)
    referral.see(on=on, where=sealed, staff=staff, at=at)
    lead.touched(at=at)
    return tell(lead, "seen", at=at, staff=staff, before=before, day=on.isoformat())


@transaction()
def look_again(lead_id: int, *, staff: Staff, at: datetime) -> Activity:
    """Take a verification back after the moment for an undo is over: the hold is there again."""
    _only_coaches(staff)
    lead = queries.lead_to_write(lead_id)
    referral = _referral(lead)
    before = _before(lead, referral)
    referral.look_again(staff=staff)
    notices.withdraw(referral.public_id)
    news.hold_again(referral, at=at)
    return tell(lead, "clearance_doubted", at=at, staff=staff, before=before)


@transaction()
def revoke_link(lead_id: int, *, staff: Staff, at: datetime) -> Activity:
    """Take the link on a letter back, by anybody on the staff."""
    lead = queries.lead_to_write(lead_id)
    referral = _referral(lead)
    link = queries.live_link(referral, at=at)
    if link is None:
        raise WrongStateError("There is no link to take back.")
    before = {**_before(lead, referral), "link_id": link.id}
    link.revoke(at=at, staff=staff)
    lead.touched(at=at)
    return tell(lead, "return_link_revoked", at=at, staff=staff, before=before)


def put_back(lead: Lead, line: Activity, *, staff: Staff, at: datetime) -> None:
    """Take a step of these back, inside the undo that restores the lead itself.

    A link may be given life again by anybody; what a coach has said only by a coach. The later
    steps hear of it: where the hold is back, a plan must not go on.
    """
    before, referral = line.before or {}, _referral(lead)
    if "link_id" in before:
        link = db.session.get_one(ReturnLink, before["link_id"])
        link.revoked_at, link.revoked_by_id = None, None
        return
    if not staff.reads_answers:
        raise WrongStateError("A coach or a manager takes this back.")
    referral.put_back(before["referral"])
    kept = before["lead"]
    lead.disposition, lead.timeframe = Disposition(kept["disposition"]), kept["timeframe"]
    lead.hold = kept["hold"]
    if "clearance_id" in before:
        db.session.get_one(Clearance, before["clearance_id"]).agreed = None
    notices.withdraw(referral.public_id)
    lead.touched(at=at)
    handover.decided(lead, at=at)
    if referral.releases(today=queries.today(at)):
        notices.reminders(referral, at=at)


def _tell_the_person(referral: Referral, *, at: datetime) -> None:
    if referral.state is State.NOT_CLEARED:
        if referral.lead.hold == "all":
            referral.lead.touched(at=at)
        else:
            news.hold_again(referral, at=at)
        notices.not_yet(referral, at=at)
        return
    news.let_go(referral, at=at)
    handover.decided(referral.lead, at=at)
    if not referral.lead.is_held_back:
        notices.pick_a_time(referral, at=at)
    notices.reminders(referral, at=at)


def _end(word: Word, *, at: datetime) -> date | None:
    """Return the last day: the one given, and never later than twelve months from now."""
    if word.state is State.NOT_CLEARED:
        return None
    latest = queries.today(at) + GOOD_FOR
    return min(word.until, latest) if word.until else latest


def _newest(lead: Lead, clearance_id: int) -> tuple[Referral, Clearance]:
    referral = _referral(lead)
    found = queries.clearances(referral)
    if not found or found[0].id != clearance_id:
        raise WrongStateError("A newer answer has come in.")
    return referral, found[0]


def _referral(lead: Lead) -> Referral:
    return db.session.scalars(
        select(Referral)
        .where(Referral.lead_id == lead.id)
        .execution_options(populate_existing=True)
    ).one()


def _pressed_before(referral: Referral, word: Word, staff: Staff) -> Activity | None:
    if referral.state is not word.state or referral.verified_by_id != staff.id:
        return None
    return db.session.scalars(
        select(Activity)
        .where(
            Activity.lead_id == referral.lead_id,
            Activity.staff_id == staff.id,
            Activity.kind == STORY[word.state],
            Activity.undone_at.is_(None),
        )
        .order_by(Activity.id.desc())
        .limit(1)
    ).one_or_none()


def _before(lead: Lead, referral: Referral) -> dict[str, object]:
    return {
        **lead.state(),
        "held_because": lead.held_because,
        "lead": {
            "disposition": lead.disposition.value if lead.disposition else None,
            "timeframe": lead.timeframe,
            "hold": lead.hold,
        },
        "referral": referral.snapshot(),
    }


def _only_coaches(staff: Staff) -> None:
    if not staff.reads_answers:
        raise PermissionError("A coach or a manager does this.")
