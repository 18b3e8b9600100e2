"""Clients of the demo studio: one goes on calmly, one has a flare-up, one has gone quiet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from portal.booking.gate import Gate, gate
from portal.booking.models import Booking
from portal.extensions import db, transaction
from portal.intake import sheet
from portal.intake.queries import latest_decision
from portal.leads.models import Enquiry, Lead
from portal.onboarding import actions, changing, queries, training
from portal.onboarding.changing import HeldError, Press
from portal.staff.models import Staff

CONSULT = timedelta(days=21)
DAY = timedelta(days=1)
SCREEN = {
    "sitting_hours": "7",
    "sleep": "mixed",
    "stress": 4,
    "activity": "some",
    "goal_1": "Carry my shopping home",
    "goal_1_area": "carry",
    "goal_1_now": 4,
    "squat_scale": "effort",
    "squat_side": "both",
    "squat_pain": 2,
    "still_so": "same",
}


class Told(NamedTuple):
    """One session: how many days ago, the pain, the next morning, and how sure they felt."""

    ago: int
    pain: int
    settled: bool | None
    sure: int


STORIES = (
    (
        Told(17, 2, settled=True, sure=6),
        Told(14, 2, settled=True, sure=7),
        Told(11, 1, settled=True, sure=7),
        Told(8, 1, settled=True, sure=8),
        Told(4, 1, settled=True, sure=8),
    ),
    (
        Told(10, 3, settled=True, sure=6),
        Told(7, 4, settled=True, sure=6),
        Told(4, 6, settled=False, sure=5),
        Told(2, 7, settled=None, sure=4),
    ),
    (Told(15, 2, settled=True, sure=6),),
)


def take_on(coach: Staff, at: datetime) -> int:
    """Give the demo its clients, as far as there are people for it; return how many."""
    count = 0
    for lead in _ready():
        if count == len(STORIES):
            break
        count += _train(lead, coach, STORIES[count], at)
    return count


def _ready() -> Sequence[Lead]:
    leads = db.session.scalars(
        select(Lead).join(Booking, Booking.lead_id == Lead.id).distinct().order_by(Lead.id)
    ).all()
    return [lead for lead in leads if gate(lead) is Gate.OPEN]


def _train(lead: Lead, coach: Staff, story: Sequence[Told], at: datetime) -> bool:
    start, lead_id = at - CONSULT, lead.id
    decision = latest_decision(lead_id)
    if decision is None:
        return False
    told = sheet.read(decision.intake).answers
    _asked_before(decision.intake.enquiry, start)
    opened = actions.begin(lead_id, coach=coach, told=told, at=start)
    actions.save(opened.id, SCREEN, at=start)
    actions.finish(opened.id, staff=coach, at=start)
    try:
        plan = changing.make(lead_id, staff=coach, at=start)
    except HeldError:
        return False
    changing.share(Press(plan.id, coach, start, plan.version))
    for session in story:
        _session(plan.id, session, at)
    return True


@transaction()
def _asked_before(enquiry: Enquiry, start: datetime) -> None:
    """Let somebody who has trained for weeks have asked before that."""
    enquiry.created_at = enquiry.lead.created_at = start - DAY


def _session(plan_id: int, told: Told, at: datetime) -> None:
    then = at - told.ago * DAY
    training.begin(plan_id, at=then)
    for line in changing.read(queries.plan(plan_id)).lines:
        how = {"done": "all", "pain": told.pain, "felt": "right", "sharp": False}
        training.tell_exercise(plan_id, line.key, how, at=then)
    training.finish(plan_id, confidence=told.sure, at=then)
    if told.settled is not None:
        training.morning(plan_id, training.today(then), settled=told.settled, at=then + DAY)
