"""What a decision means for a referral: it opens one, leaves it as it is, or begins it anew."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select

from portal.extensions import db, settings
from portal.intake import handover, reasons
from portal.intake.models import Decision
from portal.intake.queries import latest_decision
from portal.leads.models import RANK, Activity, Disposition, Lead
from portal.leads.response import due_at
from portal.leads.story import tell
from portal.referrals import notices, queries
from portal.referrals.models import Referral, State
from portal.screening.rules import HOLDS
from portal.vault import CannotOpenError

REFERS = frozenset({Disposition.EMERGENCY, Disposition.URGENT, Disposition.REFERRAL})
PUBLIC_ID_BYTES = 32
TELLS_OF_IT = (
    "letter_taken",
    "referral_link_sent",
    "return_link_revoked",
    "clearance_told",
    "clearance_came",
    "clearance_verified",
    "clearance_refused",
    "clearance_doubted",
    "clearance_expired",
    "referral_reopened",
    "referral_follow_up",
    "seen",
)
"""Lines of a story that say somebody had to be seen first."""


def follow_decision(lead: Lead, at: datetime) -> None:
    """Act on a new outcome inside its own transaction, on the locked lead."""
    decision, referral = latest_decision(lead.id), queries.of_lead(lead.id)
    if decision is None or decision.disposition is Disposition.INCOMPLETE:
        return
    if lead.is_held_back:
        notices.suppress_offers(lead)
    if referral is not None:
        notices.withdraw(referral.public_id)
    if decision.disposition not in REFERS:
        return
    if referral is None:
        db.session.add(opened(lead, decision, at=at))
    elif says_something_new(referral.decision, decision):
        _begin_anew(referral, decision, at=at)
    else:
        _let_stand(referral, decision, at=at)


def forget(lead: Lead, at: datetime) -> None:  # noqa: ARG001 - every listener is told the time
    """Take away everything that rests on health answers which the person has taken back."""
    public_id = db.session.scalar(select(Referral.public_id).where(Referral.lead_id == lead.id))
    if public_id is None:
        return
    notices.withdraw(public_id)
    db.session.execute(delete(Referral).where(Referral.lead_id == lead.id))
    db.session.execute(
        delete(Activity).where(Activity.lead_id == lead.id, Activity.kind.in_(TELLS_OF_IT))
    )


def opened(lead: Lead, decision: Decision, *, at: datetime) -> Referral:
    """Return a fresh referral."""
    return Referral(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        lead=lead,
        decision=decision,
        state=State.ADVISED,
        advised_at=at,
        silent_since=at,
    )


def says_something_new(known: Decision, decision: Decision) -> bool:
    """Say whether a decision is graver than the one that is known, or has a reason it had not."""
    if known.id == decision.id:
        return False
    if RANK[decision.disposition] < RANK[known.disposition]:
        return True
    if HOLDS.index(decision.hold) > HOLDS.index(known.hold):
        return True
    try:
        before, after = reasons.read(known), reasons.read(decision)
    except CannotOpenError:
        return True
    rules = {rule.id for rule in after.rules} - {rule.id for rule in before.rules}
    return bool(rules or set(after.said) - set(before.said))


def _begin_anew(referral: Referral, decision: Decision, *, at: datetime) -> None:
    was = referral.state
    referral.reopen(decision, at=at)
    if was is not State.ADVISED:
        tell(referral.lead, "referral_reopened", at=at)


def _let_stand(referral: Referral, decision: Decision, *, at: datetime) -> None:
    referral.adopt(decision)
    db.session.flush()
    if referral.releases(today=queries.today(at)):
        if referral.lead.disposition in REFERS:
            let_go(referral, at=at)
        notices.reminders(referral, at=at)
    elif referral.state is State.NOT_CLEARED:
        _hold(referral, at=at)


def let_go(referral: Referral, *, at: datetime) -> None:
    """Release the lead, unless a newer outcome says otherwise; there is a time to agree still."""
    if not _is_newest(referral):
        referral.lead.touched(at=at)
        return
    due = due_at(Disposition.CAUTION, at=at, settings=settings())
    referral.lead.cleared(leaves=referral.leaves, at=at, due_at=due)


def hold_again(referral: Referral, *, at: datetime) -> None:
    """Hold the lead as the answers ask for, unless a newer outcome says otherwise.

    The later steps hear of it as of any outcome: a plan that is being trained must not go on.
    """
    if _is_newest(referral):
        _hold(referral, at=at)
        handover.decided(referral.lead, at=at)


def _hold(referral: Referral, *, at: datetime) -> None:
    """Hold as the health check did; all of it where whoever was asked has said not yet."""
    decision = referral.decision
    referral.lead.held_again(
        decision.disposition,
        timeframe=decision.timeframe,
        hold="all" if referral.state is State.NOT_CLEARED else decision.hold,
        at=at,
        due_at=due_at(decision.disposition, at=at, settings=settings()),
    )


def _is_newest(referral: Referral) -> bool:
    newest = latest_decision(referral.lead_id)
    return newest is not None and newest.id == referral.decision.id


def what_it_leaves(decision: Decision) -> str:
    """Return the hold that no professional can lift: being ill just now, or under age alone."""
    lines = reasons.read(decision).rules
    left = [line.hold for line in lines if Disposition(line.level) not in REFERS]
    return max(left, key=HOLDS.index, default="none")
