"""Questions about referrals: whose link this is, what was answered, who is released."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.clock import now
from portal.extensions import db, settings
from portal.intake.models import Decision
from portal.leads.models import Consent, Enquiry, Lead, Purpose
from portal.mail.models import MailState, OutboxMail
from portal.referrals import answer
from portal.referrals.answer import Limits
from portal.referrals.models import (
    RELEASED,
    STILL_OPEN,
    Clearance,
    ClearanceFile,
    Referral,
    ReturnLink,
    State,
)


def today(at: datetime) -> date:
    """Return the studio's calendar day at a moment."""
    return at.astimezone(settings().studio.zone).date()


def of_lead(lead_id: int) -> Referral | None:
    """Return the referral of a lead, None when nobody ever had to look first."""
    return db.session.scalars(select(Referral).where(Referral.lead_id == lead_id)).one_or_none()


def released(lead_ids: Collection[int]) -> Mapping[int, Referral]:
    """Return the referrals of these leads that a verified clearance has released, by lead."""
    found = db.session.scalars(
        select(Referral)
        .where(Referral.lead_id.in_(lead_ids), Referral.state.in_(RELEASED))
        .order_by(Referral.id)
    ).all()
    return {referral.lead_id: referral for referral in found}


def by_public_id(public_id: str) -> Referral:
    """Return the referral behind the person's link; raise NoResultFound when it was erased."""
    return db.session.scalars(select(Referral).where(Referral.public_id == public_id)).one()


def enquiry_of(referral: Referral) -> Enquiry:
    """Return what the person asked for when the answers behind a referral were given."""
    return referral.decision.intake.enquiry


def link_by_public_id(public_id: str) -> ReturnLink:
    """Return the return link behind a token; raise NoResultFound when it was erased."""
    return db.session.scalars(select(ReturnLink).where(ReturnLink.public_id == public_id)).one()


def live_link(referral: Referral, *, at: datetime) -> ReturnLink | None:
    """Return the link on the letter that still takes an answer, or None."""
    found = db.session.scalars(
        select(ReturnLink)
        .where(
            ReturnLink.referral_id == referral.id,
            ReturnLink.round == referral.round,
            ReturnLink.used_at.is_(None),
            ReturnLink.revoked_at.is_(None),
            ReturnLink.ends_at > at,
        )
        .order_by(ReturnLink.id.desc())
        .limit(1)
    )
    return found.one_or_none()


def clearances(referral: Referral) -> Sequence[Clearance]:
    """Return every answer of this round, the newest first."""
    return db.session.scalars(
        select(Clearance)
        .where(Clearance.referral_id == referral.id, Clearance.round == referral.round)
        .order_by(Clearance.id.desc())
    ).all()


def clearance(clearance_id: int, *, lead_id: int) -> Clearance:
    """Return an answer about this lead; raise NoResultFound."""
    return db.session.scalars(
        select(Clearance)
        .join(Referral, Clearance.referral_id == Referral.id)
        .where(Clearance.id == clearance_id, Referral.lead_id == lead_id)
    ).one()


def file_of(clearance_id: int) -> ClearanceFile | None:
    """Return the note that came with an answer, or None."""
    return db.session.scalars(
        select(ClearanceFile).where(ClearanceFile.clearance_id == clearance_id)
    ).one_or_none()


def is_released(decision: Decision) -> bool:
    """Say whether a verified clearance stands that rests on this very decision."""
    found = db.session.scalars(
        select(Referral).where(Referral.decision_id == decision.id, Referral.state.in_(RELEASED))
    ).one_or_none()
    return found is not None and found.releases(today=today(now()))


def agreed_limits(lead_id: int) -> Limits | None:
    """Return the limits a coach keeps to with this person, None when there are none.

    They are sealed: open them on pages for coaches and managers only, and log it.
    """
    referral = of_lead(lead_id)
    if referral is None or referral.state is not State.LIMITED:
        return None
    settled = next((each for each in clearances(referral) if each.agreed), None)
    return answer.read_agreed(settled) if settled else None


def silent(*, at: datetime, days: tuple[int, ...], limit: int) -> Sequence[int]:
    """Return the referrals that have been silent for one of `days` and had no mail for it."""
    due = [
        (Referral.follow_ups == sent) & (Referral.silent_since <= at - timedelta(days=wait))
        for sent, wait in enumerate(days)
    ]
    one_is_due = due[0]
    for each in due[1:]:
        one_is_due = one_is_due | each
    return db.session.scalars(
        select(Referral.id)
        .where(Referral.state.in_(STILL_OPEN), one_is_due)
        .order_by(Referral.silent_since, Referral.id)
        .limit(limit)
    ).all()


def ended(*, day: date, limit: int) -> Sequence[int]:
    """Return the referrals whose clearance was good for days before `day` only."""
    return db.session.scalars(
        select(Referral.id)
        .where(Referral.state.in_(RELEASED), Referral.expires_on < day)
        .order_by(Referral.expires_on, Referral.id)
        .limit(limit)
    ).all()


def waiting_mails(reference: str, *, kinds: Sequence[str]) -> Sequence[OutboxMail]:
    """Return what of these kinds still waits to be sent to a lead."""
    return db.session.scalars(
        select(OutboxMail)
        .where(
            OutboxMail.reference == reference,
            OutboxMail.kind.in_(kinds),
            OutboxMail.state == MailState.READY,
        )
        .order_by(OutboxMail.id)
    ).all()


def mail_exists(uid: str) -> bool:
    """Say whether a mail of this name was ever queued."""
    found = select(OutboxMail.id).where(OutboxMail.uid == uid)
    return db.session.scalars(found).one_or_none() is not None


def has_withdrawn(lead_id: int) -> bool:
    """Say whether the person took back that we may write to them or use their answers."""
    given: dict[Purpose, list[datetime | None]] = {}
    needed = (Purpose.CONTACT, Purpose.HEALTH)
    for consent in db.session.scalars(
        select(Consent).where(Consent.lead_id == lead_id, Consent.purpose.in_(needed))
    ):
        given.setdefault(consent.purpose, []).append(consent.withdrawn_at)
    return any(None not in taken_back for taken_back in given.values())


def lead_to_write(lead_id: int) -> Lead:
    """Return a lead, its row locked until the transaction ends; raise NoResultFound.

    Everything about one person waits for this lock, so a referral needs none of its own.
    """
    return db.session.scalars(
        select(Lead)
        .where(Lead.id == lead_id)
        .with_for_update(of=Lead)
        .execution_options(populate_existing=True)
    ).one()


def to_write(referral_id: int) -> Referral:
    """Return a referral as it stands under the lock of its lead; raise NoResultFound."""
    lead_id = db.session.scalars(select(Referral.lead_id).where(Referral.id == referral_id)).one()
    lead_to_write(lead_id)
    return db.session.scalars(
        select(Referral).where(Referral.id == referral_id).execution_options(populate_existing=True)
    ).one()
