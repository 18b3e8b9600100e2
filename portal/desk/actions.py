"""What staff do with a lead; each is one transaction on the locked row.

Every action is told the version of the lead that the person saw. On any other version it changes
nothing and raises StaleError: nobody overwrites what a colleague did a moment ago. Pressing the
same button twice is no second step: it returns the line that the first press wrote.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal import opening
from portal.config import Settings
from portal.desk.calls import NotNow, Outcome, Snooze, next_look, reached
from portal.errors import WrongStateError
from portal.extensions import db, transaction
from portal.leads.models import Activity, Lead, Status
from portal.leads.notices import finish_check
from portal.leads.queries import latest_enquiry
from portal.leads.response import due_at
from portal.leads.story import tell
from portal.mail import outbox
from portal.referrals import verifying
from portal.staff.models import Presence, Staff

MOST_RETURNED = 100
FOLLOWED_UP = ("called", "noted", "snoozed")


class StaleError(Exception):
    """Somebody, or the person themselves, changed the lead since `seen` was on the screen."""

    def __init__(self, lead_id: int, *, seen: int) -> None:
        super().__init__(f"Lead {lead_id} is past version {seen}.")
        self.lead_id, self.seen = lead_id, seen


@dataclass(frozen=True)
class Press:
    """A button pressed: on which lead, by whom, when, and which version of it they saw."""

    lead_id: int
    staff: Staff
    seen: int
    at: datetime


def claim(press: Press) -> Activity:
    """Take the lead on oneself."""
    return _step(press, "claimed", lambda lead: lead.claim(press.staff, at=press.at))


def assign(press: Press, *, to: Staff | None) -> Activity:
    """Hand the lead to a colleague, or back to everybody."""

    def change(lead: Lead) -> None:
        if to is None:
            lead.unclaim(at=press.at)
        else:
            lead.claim(to, at=press.at)

    who = {"to": to.name, "to_id": to.id} if to else {"to": None}
    return _step(press, "assigned", change, which=str(to.id if to else ""), **who)


def log_call(press: Press, *, outcome: Outcome, settings: Settings) -> Activity:
    """Note how a call went: it moves the state and the clock; who calls first becomes owner."""

    def change(lead: Lead) -> None:
        again = next_look(outcome, lead.disposition, at=press.at, settings=settings)
        if lead.owner_id is None:
            lead.claim(press.staff, at=press.at)
        lead.snoozed_until = None
        step = lead.contacted if reached(outcome, lead.disposition) else lead.tried
        step(at=press.at, due_at=again)

    return _step(press, "called", change, which=outcome.value, outcome=outcome.value)


def snooze(press: Press, *, choice: Snooze) -> Activity:
    """Put the lead out of sight until then, or until the person says something."""
    return _step(
        press,
        "snoozed",
        lambda lead: lead.snooze(until=choice.until, at=press.at),
        which=choice.key,
        until=choice.until.isoformat(),
    )


def finish(press: Press) -> Activity:
    """Take the lead off the queue: everything is done."""
    return _step(press, "done", lambda lead: lead.close(Status.DONE, at=press.at))


def put_away(press: Press, *, because: NotNow) -> Activity:
    """Take the lead off the queue for a reason: not now."""
    return _step(
        press,
        "not_now",
        lambda lead: lead.close(Status.NOT_NOW, at=press.at),
        which=because.value,
        because=because.value,
    )


def release(press: Press, *, settings: Settings) -> Activity:
    """Let a lead that looked like spam into the queue; the person hears from us from here on."""

    def change(lead: Lead) -> None:
        lead.release(at=press.at, due_at=due_at(lead.disposition, at=press.at, settings=settings))
        finish_check(latest_enquiry(lead.id), at=press.at)

    return _step(press, "released", change)


@transaction()
def note(press: Press, *, text: str) -> Activity:
    """Add a note. It overwrites nothing, so no change by others stands in its way."""
    lead = _locked(press.lead_id)
    mark = _mark(press, "noted", hashlib.sha256(text.encode()).hexdigest())
    return _pressed_before(press, mark) or tell(
        lead, "noted", at=press.at, staff=press.staff, before={"mark": mark}, text=text
    )


@transaction()
def undo(lead_id: int, activity_id: int, *, staff: Staff, at: datetime) -> Activity:
    """Take a step back and return its line; raise StaleError when more has happened since.

    A step that is already taken back stays so. Raise WrongStateError for a line that is no step.
    """
    lead = _locked(lead_id)
    line = db.session.scalars(
        select(Activity).where(Activity.id == activity_id, Activity.lead_id == lead_id)
    ).one()
    if line.undone_at is not None:
        return line
    if line.before is None:
        raise WrongStateError("This cannot be taken back.")
    if "status" in line.before:
        if line.version != lead.version:
            raise StaleError(lead_id, seen=line.version or 0)
        lead.held_because = line.before["held_because"]
        lead.restore(line.before, at=at)
        if "referral" in line.before:
            verifying.put_back(lead, line, staff=staff, at=at)
        if line.kind == "released":
            outbox.cancel(f"finish_check:{latest_enquiry(lead_id).public_id}:")
    line.undone_at = at
    tell(lead, "undone", at=at, staff=staff, what=line.kind)
    return line


@transaction()
def heartbeat(lead_id: int, *, staff_id: int, at: datetime) -> None:
    """Note that somebody has this lead open."""
    presence = db.session.get(Presence, staff_id)
    if presence is None:
        db.session.add(Presence(staff_id=staff_id, lead_id=lead_id, seen_at=at))
    else:
        presence.lead_id, presence.seen_at = lead_id, at


@transaction()
def return_ignored_claims(at: datetime, *, settings: Settings) -> int:
    """Give claims that nobody followed up back to everybody; return how many.

    The wait counts opening time only, and a call, a note or a snooze by the owner ends it.
    """
    wait = settings.clocks.return_after_minutes
    claimed = db.session.scalars(
        select(Lead)
        .where(
            Lead.open_rank.is_not(None),
            Lead.owner_id.is_not(None),
            Lead.status != Status.CONTACTED,
            Lead.snoozed_until.is_(None),
            Lead.claimed_at <= at - timedelta(minutes=wait),
        )
        .order_by(Lead.claimed_at, Lead.id)
        .limit(MOST_RETURNED)
        .with_for_update(of=Lead, skip_locked=True)
    ).all()
    ignored = [lead for lead in claimed if _is_ignored(lead, at=at, settings=settings)]
    for lead in ignored:
        owner = lead.owner.name if lead.owner else None
        lead.unclaim(at=at)
        tell(lead, "returned", at=at, owner=owner)
    return len(ignored)


def _is_ignored(lead: Lead, *, at: datetime, settings: Settings) -> bool:
    wait, since = settings.clocks.return_after_minutes, lead.claimed_at
    hours = opening.hours(at=at, settings=settings)
    if since is None or hours.after(since, minutes=wait) > at:
        return False
    followed_up = select(Activity.id).where(
        Activity.lead_id == lead.id,
        Activity.staff_id == lead.owner_id,
        Activity.kind.in_(FOLLOWED_UP),
        Activity.at >= since,
    )
    return db.session.scalar(followed_up.limit(1)) is None


@transaction()
def _step(
    press: Press, kind: str, change: Callable[[Lead], None], *, which: str = "", **detail: Any
) -> Activity:
    lead = _locked(press.lead_id)
    mark = _mark(press, kind, which)
    if (line := _pressed_before(press, mark)) is not None:
        return line
    if lead.version != press.seen:
        raise StaleError(press.lead_id, seen=press.seen)
    before = {**lead.state(), "held_because": lead.held_because, "mark": mark}
    change(lead)
    return tell(lead, kind, at=press.at, staff=press.staff, before=before, **detail)


def _locked(lead_id: int) -> Lead:
    return db.session.scalars(
        select(Lead)
        .where(Lead.id == lead_id)
        .with_for_update(of=Lead)
        .execution_options(populate_existing=True)
    ).one()


def _mark(press: Press, kind: str, which: str) -> str:
    """Return what two presses of the same button on the same screen have in common."""
    return f"{press.seen}:{press.staff.id}:{kind}:{which}"


def _pressed_before(press: Press, mark: str) -> Activity | None:
    """Return the line of an earlier press of this very button, unless it was taken back."""
    lines = db.session.scalars(
        select(Activity)
        .where(
            Activity.lead_id == press.lead_id,
            Activity.staff_id == press.staff.id,
            Activity.undone_at.is_(None),
        )
        .order_by(Activity.id.desc())
        .limit(5)
    )
    return next((line for line in lines if (line.before or {}).get("mark") == mark), None)
