"""What the worker does about referrals: two kind mails to the silent, and the end of a clearance.

Both may be run as often as one likes: what was done is written on the row in the same transaction.
"""

from datetime import datetime

from portal.extensions import transaction
from portal.intake.queries import latest_decision
from portal.leads.models import OPEN, Disposition
from portal.leads.story import tell
from portal.referrals import news, notices, queries
from portal.referrals.models import RELEASED, STILL_OPEN, Referral

AFTER_DAYS = (7, 21)
AT_ONCE = 100


def follow_up(*, at: datetime) -> int:
    """Write to everybody who was referred and is silent; return how many mails were queued."""
    found = queries.silent(at=at, days=AFTER_DAYS, limit=AT_ONCE)
    return sum(_follow_up(referral_id, at=at) for referral_id in found)


def expire(*, at: datetime) -> int:
    """End every clearance whose last day has gone by; return how many there were."""
    found = queries.ended(day=queries.today(at), limit=AT_ONCE)
    return sum(_expire(referral_id, at=at) for referral_id in found)


@transaction()
def _follow_up(referral_id: int, *, at: datetime) -> bool:
    """Count every word that is due, and send the last of them unless there is a reason not to."""
    referral = queries.to_write(referral_id)
    waited = sum((at - referral.silent_since).days >= days for days in AFTER_DAYS)
    if referral.state not in STILL_OPEN or waited <= referral.follow_ups:
        return False
    referral.follow_ups = waited
    if not _may_write(referral):
        return False
    notices.follow_up(referral, at=at)
    tell(referral.lead, "referral_follow_up", at=at)
    return True


def _may_write(referral: Referral) -> bool:
    """Say whether a kind word is welcome: still referred, not done, not withdrawn, no emergency."""
    lead, newest = referral.lead, latest_decision(referral.lead_id)
    return (
        newest is not None
        and newest.id == referral.decision_id
        and newest.disposition is not Disposition.EMERGENCY
        and lead.status in OPEN
        and not queries.has_withdrawn(lead.id)
    )


@transaction()
def _expire(referral_id: int, *, at: datetime) -> bool:
    referral = queries.to_write(referral_id)
    if referral.state not in RELEASED or referral.releases(today=queries.today(at)):
        return False
    referral.expire()
    notices.withdraw(referral.public_id)
    news.hold_again(referral, at=at)
    tell(referral.lead, "clearance_expired", at=at)
    return True
