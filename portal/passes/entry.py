"""The door: look at a pass, let its holder in exactly once, and take that back."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from portal.extensions import db, transaction
from portal.leads.story import tell
from portal.passes import days, identity, queries
from portal.passes.models import DayPass, Redemption, State
from portal.passes.verdict import Door, Verdict, Why, judge
from portal.staff.models import Staff


class StoppedError(Exception):
    """The door does not open; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"The door says {verdict.say}: {verdict.why}.")
        self.verdict = verdict


def look(day_pass: DayPass, *, at: datetime) -> Verdict:
    """Return what the door says to a pass now."""
    door = Door(
        at=at,
        today=days.today(at),
        span=days.hours_on(day_pass.valid_on),
        signed=queries.signature(day_pass.id) is not None,
        redemption=queries.redemption(day_pass.id),
    )
    return judge(day_pass, door)


def redeem(pass_id: int, *, staff: Staff, press: str, at: datetime) -> Redemption:
    """Let the holder in; raise StoppedError unless the door opens now.

    `press` names one press of one button: sent twice, the second finds what the first did. Whoever
    else is second, at this desk or another, is stopped by the database.
    """
    try:
        return _redeem(pass_id, staff=staff, press=press, at=at)
    except IntegrityError as error:
        raise StoppedError(Verdict.stop(Why.USED)) from error


@transaction()
def _redeem(pass_id: int, *, staff: Staff, press: str, at: datetime) -> Redemption:
    day_pass = queries.to_write(pass_id)
    earlier = queries.redemption(pass_id)
    if earlier is not None and earlier.press == press:
        return earlier
    verdict = look(day_pass, at=at)
    if not verdict.opens:
        raise StoppedError(verdict)
    used = db.session.execute(
        update(DayPass)
        .where(DayPass.id == pass_id, DayPass.state == State.READY)
        .values(state=State.USED, used_at=at, updated_at=at)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise StoppedError(Verdict.stop(Why.USED))
    redemption = Redemption(pass_id=pass_id, staff_id=staff.id, press=press, at=at)
    db.session.add(redemption)
    db.session.flush()
    identity.keep(pass_id, until=at + identity.ONE_PER)
    day_pass.lead.touched(at=at)
    tell(day_pass.lead, "pass_used", at=at, staff=staff)
    return redemption


@transaction()
def undo(pass_id: int, press: str, *, staff: Staff, at: datetime) -> DayPass:
    """Take the use back that one press made; taken back before, nothing else is touched.

    The press names it, not the row's id: SQLite gives the id of a deleted row to the next one.
    """
    day_pass = queries.to_write(pass_id)
    gone = db.session.execute(
        delete(Redemption).where(Redemption.press == press, Redemption.pass_id == pass_id)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        return day_pass
    day_pass.state, day_pass.used_at, day_pass.updated_at = State.READY, None, at
    identity.keep(pass_id, until=days.end_of(day_pass.valid_on))
    day_pass.lead.touched(at=at)
    tell(day_pass.lead, "pass_use_undone", at=at, staff=staff)
    return day_pass
