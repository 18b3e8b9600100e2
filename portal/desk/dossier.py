"""All about one lead that its detail shows; no answer of the health check is among it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.chat import queries as chats
from portal.chat.models import Thread
from portal.extensions import db
from portal.intake.models import Decision
from portal.intake.queries import latest_decision
from portal.intake.readings import was_read
from portal.leads import queries
from portal.leads.models import Activity, Enquiry, Lead, Purpose
from portal.leads.queries import Proposal
from portal.mail.models import OutboxMail
from portal.mail.queries import of_reference
from portal.onboarding.models import Plan
from portal.onboarding.queries import live_plan
from portal.privacy import consents
from portal.privacy.consents import Standing
from portal.staff.models import Presence, Staff

HERE_FOR = timedelta(seconds=45)
BEAT = timedelta(seconds=20)
LINES = 40


@dataclass(frozen=True)
class Dossier:
    """One lead: the newest enquiry and the newest line of the story come first."""

    lead: Lead
    enquiries: Sequence[Enquiry]
    proposals: Sequence[Proposal]
    chats: Sequence[Thread]
    story: Sequence[Activity]
    decision: Decision | None
    was_read: bool
    mails: Sequence[OutboxMail]
    colleagues: Sequence[Staff]
    here: Sequence[Staff]
    consents: Mapping[Purpose, Standing]
    plan: Plan | None

    @property
    def asked(self) -> Enquiry | None:
        """Return the last thing that the person asked for."""
        return self.enquiries[0] if self.enquiries else None

    @property
    def happened(self) -> set[str]:
        """Return what was done since the outcome, as the guide's steps name it."""
        since = self.lead.screened_at or self.lead.created_at
        lines = [line for line in self.story if line.at >= since and line.undone_at is None]
        kinds = {line.kind for line in lines}
        spoke = {"spoke"} if any(line.detail.get("outcome") == "spoke" for line in lines) else set()
        return kinds | spoke | ({"read"} if self.was_read else set())


def dossier(lead_id: int, *, staff_id: int, at: datetime) -> Dossier:
    """Return all about a lead; raise NoResultFound when there is none with this id."""
    lead = queries.lead(lead_id)
    decision = latest_decision(lead_id)
    return Dossier(
        lead=lead,
        enquiries=queries.enquiries(lead_id),
        proposals=queries.proposals(lead),
        chats=chats.of_lead(lead_id),
        story=_story(lead_id),
        decision=decision,
        was_read=decision is not None and was_read(decision.id, since=decision.decided_at),
        mails=of_reference(lead.ref),
        colleagues=_colleagues(),
        here=others_here(lead_id, staff_id=staff_id, at=at),
        consents=consents.standing(lead_id),
        plan=live_plan(lead_id),
    )


def others_here(lead_id: int, *, staff_id: int, at: datetime) -> Sequence[Staff]:
    """Return who else has this lead open just now."""
    return db.session.scalars(
        select(Staff)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(
            Presence.lead_id == lead_id,
            Presence.seen_at > at - HERE_FOR,
            Presence.staff_id != staff_id,
        )
        .order_by(Staff.name, Staff.id)
    ).all()


def beat_is_due(lead_id: int, *, staff_id: int, at: datetime) -> bool:
    """Say whether a presence is worth writing again: another lead, or some seconds old."""
    presence = db.session.get(Presence, staff_id)
    return presence is None or presence.lead_id != lead_id or at - presence.seen_at >= BEAT


def changes_since(lead_id: int, version: int) -> Sequence[Activity]:
    """Return what happened to a lead after the version that somebody saw, the newest first."""
    return db.session.scalars(
        select(Activity)
        .where(Activity.lead_id == lead_id, Activity.version > version)
        .order_by(Activity.id.desc())
        .limit(LINES)
    ).all()


def said_by(activity_id: int, *, staff_id: int) -> Activity | None:
    """Return a line of a story that this person wrote, or None."""
    return db.session.scalars(
        select(Activity).where(Activity.id == activity_id, Activity.staff_id == staff_id)
    ).one_or_none()


def _story(lead_id: int) -> Sequence[Activity]:
    return db.session.scalars(
        select(Activity)
        .where(Activity.lead_id == lead_id)
        .order_by(Activity.id.desc())
        .limit(LINES)
    ).all()


def _colleagues() -> Sequence[Staff]:
    return db.session.scalars(
        select(Staff).where(Staff.active).order_by(func.lower(Staff.name), Staff.id)
    ).all()
