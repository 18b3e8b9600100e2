"""The morning after: whoever had a pass and did not come gets one gentle word, once."""

from datetime import datetime

from portal.extensions import transaction
from portal.leads.story import tell
from portal.passes import days, notices, queries, standing
from portal.passes.identity import ONE_PER
from portal.passes.models import State

AT_ONCE = 100


def follow_up(*, at: datetime) -> int:
    """Follow up every pass whose day went by unused; return how many there were."""
    found = queries.unused_before(days.today(at), limit=AT_ONCE)
    return sum(_follow_up(pass_id, at=at) for pass_id in found)


@transaction()
def _follow_up(pass_id: int, *, at: datetime) -> bool:
    """Note it in the story, and write unless the health check or another pass stands against it."""
    day_pass = queries.to_write(pass_id)
    if day_pass.state is not State.READY or day_pass.followed_up_at is not None:
        return False
    day_pass.followed_up_at = at
    tell(day_pass.lead, "pass_unused", at=at, day=day_pass.valid_on.isoformat())
    other = queries.counted(day_pass.lead_id, today=days.today(at), since=at - ONE_PER)
    if other is None and standing.allows(day_pass.lead):
        notices.follow_up(day_pass, at=at)
    return True
