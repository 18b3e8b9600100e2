"""The verbs of a plan at the coach's hand: made, changed with a reason, shared, closed."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.booking.gate import must_be_open
from portal.errors import WrongStateError
from portal.extensions import db, settings, transaction
from portal.leads.story import tell
from portal.onboarding import lines, notices, planning, queries, sealing
from portal.onboarding.actions import PUBLIC_ID_BYTES
from portal.onboarding.lines import Line, Sheet
from portal.onboarding.models import Plan, PlanChange, PlanState
from portal.onboarding.notices import Mailed
from portal.onboarding.picture import picture
from portal.onboarding.planning.checking import OWN
from portal.onboarding.planning.plan import Item, Reason
from portal.staff.models import Staff


class StaleError(WrongStateError):
    """Somebody changed the plan since it was on the screen."""


class HeldError(Exception):
    """The rules say that there is no plan yet; the words say why."""


class FaultsError(Exception):
    """A change would break what the person's answers allow; `faults` says so in words."""

    def __init__(self, faults: Sequence[Reason]) -> None:
        super().__init__("; ".join(fault.words for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Press:
    """A change asked for: on which plan, by whom, when, why, and which version they saw."""

    plan_id: int
    staff: Staff
    at: datetime
    seen: int
    because: str = ""


@transaction()
def make(lead_id: int, *, staff: Staff, at: datetime) -> Plan:
    """Build the plan from the last assessment; asked twice, it is the one that stands.

    Raise ClosedGateError while the health check holds, WrongStateError before the assessment is
    finished, HeldError when the rules refuse.
    """
    lead = queries.lead_to_write(lead_id)
    standing = queries.live_plan(lead_id)
    if standing is not None:
        return standing
    must_be_open(lead)
    assessment = queries.last_assessment(lead_id)
    if assessment is None or assessment.finished_at is None:
        raise WrongStateError("The assessment comes first.")
    built = planning.build(picture(assessment))
    if built.held is not None:
        raise HeldError(built.held.words)
    plan = Plan(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        lead=lead,
        assessment=assessment,
        coach_id=staff.id,
        state=PlanState.DRAFT,
        rules_version=built.rules_version,
        screened_at=assessment.finished_at,
        created_at=at,
        updated_at=at,
    )
    keep(plan, lines.sheet_of(built))
    db.session.add(plan)
    db.session.flush()
    note(plan, "made", {"words": "Built from the assessment"}, staff=staff, at=at)
    tell(lead, "plan_made", at=at, staff=staff)
    return plan


def keep(plan: Plan, sheet: Sheet) -> None:
    """Seal these lines into the plan."""
    plan.content = sealing.close(plan, lines.pack(sheet))


def read(plan: Plan) -> Sheet:
    """Return the lines of a plan."""
    return lines.unpack(sealing.read(plan))


def misfits(plan: Plan) -> tuple[Reason, ...]:
    """Return what the answers of today rule out, of a draft also what is too much for day one."""
    is_draft = plan.state is PlanState.DRAFT
    return planning.faults(read(plan).as_plan, picture(plan.assessment), day_one=is_draft)


def note(plan: Plan, kind: str, said: Any, *, at: datetime, staff: Staff | None = None) -> None:
    """Add a line to the plan's own story, sealed."""
    change = PlanChange(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        plan=plan,
        staff_id=staff.id if staff else None,
        kind=kind,
        at=at,
    )
    change.content = sealing.close(change, said)
    db.session.add(change)


def swap(press: Press, *, key: str, to: str) -> None:
    """Put another exercise of the same strategy in the place of one."""

    def change(sheet: Sheet, person: planning.Assessment) -> Sheet:
        found = [item for item in planning.alternatives(key, person) if item.exercise == to]
        taken = sheet.line(to) is not None
        if not found or taken:
            raise WrongStateError("That exercise cannot stand there.")
        return sheet.swapped(key, _by_coach(found[0], press.because))

    _alter(press, "swapped", change, key=key, to=to)


def adjust(press: Press, *, key: str, level: int, dose: str) -> None:
    """Put a line to another level or dose."""
    _alter(
        press,
        "set",
        lambda sheet, _: sheet.set_to(key, level=level, dose=dose, because=press.because),
        key=key,
        level=level,
    )


def move(press: Press, *, key: str, to: int) -> None:
    """Put a line at another place, the first being 1."""

    def change(sheet: Sheet, _: planning.Assessment) -> Sheet:
        after = sheet.moved(key, to)
        if after == sheet:
            raise WrongStateError("It stands at that place already.")
        return after

    _alter(press, "moved", change, key=key, place=to)


def remove(press: Press, *, key: str) -> None:
    """Take a line out; the last one stays, for nobody trains by an empty plan."""

    def change(sheet: Sheet, _: planning.Assessment) -> Sheet:
        after = sheet.without(key)
        if not after.lines:
            raise WrongStateError("It is the last line: swap it, or add another one first.")
        return after

    _alter(press, "removed", change, key=key)


def add(press: Press, *, exercise: str) -> None:
    """Add an exercise of the library, at the lowest level that this person may do."""

    def change(sheet: Sheet, person: planning.Assessment) -> Sheet:
        level = planning.lowest_level(exercise, person)
        if not level or sheet.line(exercise):
            raise WrongStateError("That exercise cannot be added.")
        step = planning.EXERCISES[exercise].level(level)
        item = Item(exercise, level, step.dose, step.minutes, ())
        return sheet.plus(Line(_by_coach(item, press.because)))

    _alter(press, "added", change, key=exercise)


def add_own(press: Press, *, name: str, how: str, dose: str, minutes: float) -> None:
    """Add an exercise of the coach's own."""
    key = f"{OWN}{secrets.token_hex(4)}"
    item = Item(key, 1, dose, minutes, ())
    line = Line(_by_coach(item, press.because), name, how)
    _alter(press, "added", lambda sheet, _: sheet.plus(line), key=key, name=name)


def _by_coach(item: Item, because: str) -> Item:
    said = Reason(lines.BY_COACH, because or lines.LATER, "Your coach")
    return Item(item.exercise, item.level, item.dose, item.minutes, (said, *item.why), item.changes)


@transaction()
def _alter(
    press: Press,
    kind: str,
    change: Callable[[Sheet, planning.Assessment], Sheet],
    /,
    *,
    key: str,
    **more: Any,
) -> None:
    plan = locked(press)
    before, person = read(plan), picture(plan.assessment)
    if kind != "added" and before.line(key) is None:
        raise StaleError("That line is not in the plan any more.")
    after = change(before, person)
    faults = lines.new_faults(before, after, person, day_one=plan.state is PlanState.DRAFT)
    if faults:
        raise FaultsError(faults)
    keep(plan, after)
    plan.change(plan.content, at=press.at)
    title = (after.line(key) or before.line(key) or after.lines[-1]).title
    said = {"words": title, "because": press.because, **more}
    note(plan, kind, said, staff=press.staff, at=press.at)


@transaction()
def close(press: Press) -> Plan:
    """Close a plan for good, to make room for another."""
    plan = locked(press)
    plan.end(at=press.at)
    notices.no_reminder(plan)
    said = {"words": "Closed", "because": press.because}
    note(plan, "closed", said, staff=press.staff, at=press.at)
    tell(plan.lead, "plan_closed", at=press.at, staff=press.staff)
    return plan


def locked(press: Press) -> Plan:
    """Return the plan of a press, locked; raise StaleError when it is not what was seen."""
    plan = queries.plan_to_write(press.plan_id)
    if plan.version != press.seen:
        raise StaleError("Somebody changed this plan a moment ago. This is how it stands.")
    return plan


@transaction()
def share(press: Press) -> Plan:
    """Give the plan to the person, by mail; raise ClosedGateError while the health check holds.

    Raise FaultsError when the answers have changed since it was built, and it does not fit them.
    """
    plan = locked(press)
    must_be_open(plan.lead)
    if faults := misfits(plan):
        raise FaultsError(faults)
    today = press.at.astimezone(settings().studio.zone).date()
    plan.share(next_on=today, at=press.at)
    note(plan, "shared", {"words": "Given to the person"}, staff=press.staff, at=press.at)
    tell(plan.lead, "plan_shared", at=press.at, staff=press.staff)
    notices.plan_ready(plan, at=press.at)
    return plan


@transaction()
def mail_link(press: Press) -> Mailed:
    """Send the person the link to their page once more, because they asked: at most one an hour."""
    plan = locked(press)
    came_of_it = notices.link_again(plan, at=press.at)
    if came_of_it is Mailed.NOW:
        said = {"words": "The link to their own page"}
        note(plan, "linked", said, staff=press.staff, at=press.at)
    return came_of_it


@transaction()
def write(press: Press) -> None:
    """Add a note of the coach's to the plan's story."""
    note(locked(press), "noted", {"words": press.because}, staff=press.staff, at=press.at)


@transaction()
def looked_into(press: Press) -> Plan:
    """Close what a coach was asked to look at, with a word on what came of it."""
    plan = locked(press)
    task = queries.open_task(plan.id)
    if task is None:
        raise WrongStateError("Somebody has looked into this already.")
    task.closed_at, task.closed_by_id = press.at, press.staff.id
    said = {"words": "; ".join(sealing.read(task)), "because": press.because}
    note(plan, "looked", said, staff=press.staff, at=press.at)
    return plan
