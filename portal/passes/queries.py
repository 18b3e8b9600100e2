"""Questions about passes: whose link this is, what was typed at the door, who comes today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from portal.extensions import db
from portal.leads.lead import Lead
from portal.leads.queries import lead_to_write
from portal.passes.codes import read_code, read_link
from portal.passes.models import DayPass, PassIdentity, Redemption, State, WaiverSignature
from portal.passes.waiver import current_version
from portal.tokens import DeadLinkError

A_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Arrival:
    """A line of the list for the door: who comes, whether they signed, when they came."""

    day_pass: DayPass
    signed: bool
    redemption: Redemption | None


def by_link(public_id: str) -> DayPass:
    """Return the pass behind a link; raise DeadLinkError when there is none."""
    found = db.session.scalars(select(DayPass).where(DayPass.public_id == public_id)).one_or_none()
    if found is None:
        raise DeadLinkError("This link is not one of ours.")
    return found


def by_id(pass_id: int) -> DayPass:
    """Return a pass; raise NoResultFound."""
    return db.session.scalars(select(DayPass).where(DayPass.id == pass_id)).one()


def to_write(pass_id: int) -> DayPass:
    """Return a pass with its lead's row locked, then its own, until the transaction ends.

    Everything about one person waits for the lead's lock, at the door as in the health check.
    """
    lead_id = db.session.scalars(select(DayPass.lead_id).where(DayPass.id == pass_id)).one()
    lead_to_write(lead_id)
    return db.session.scalars(
        select(DayPass)
        .where(DayPass.id == pass_id)
        .with_for_update(of=DayPass)
        .execution_options(populate_existing=True)
    ).one()


def of_enquiry(enquiry_id: int) -> DayPass | None:
    """Return the pass an enquiry led to, None before it was claimed."""
    return db.session.scalars(select(DayPass).where(DayPass.enquiry_id == enquiry_id)).one_or_none()


def find(typed: str) -> DayPass | None:
    """Return the pass that was typed or scanned: its link, its code, or its holder's reference.

    A reference names a person: of their passes the one that is still good comes first.
    """
    secret, code = read_link(typed), read_code(typed)
    for match in (DayPass.public_id == secret, DayPass.code == code):
        found = db.session.scalars(select(DayPass).where(match)).one_or_none()
        if found is not None:
            return found
    return (
        db.session.scalars(
            select(DayPass)
            .join(Lead, DayPass.lead_id == Lead.id)
            .where(Lead.ref == code)
            .order_by(DayPass.state == State.READY, DayPass.id)
            .limit(1)
        ).one_or_none()
        if code
        else None
    )


def lead_called(ref: str) -> Lead | None:
    """Return the lead with a reference, None when there is none."""
    return db.session.scalars(select(Lead).where(Lead.ref == ref)).one_or_none()


def is_a_reference(code: str) -> bool:
    """Say whether a lead is known by this code."""
    return lead_called(code) is not None


def standing_pass(who: Sequence[str]) -> DayPass | None:
    """Return the pass for which one of these names is held, None when all are free."""
    return db.session.scalars(
        select(DayPass)
        .join(PassIdentity, PassIdentity.pass_id == DayPass.id)
        .where(PassIdentity.who.in_(who))
        .order_by(DayPass.id.desc())
        .limit(1)
    ).one_or_none()


def signature(pass_id: int, version: str | None = None) -> WaiverSignature | None:
    """Return the signature under the waiver, of today's version unless another is named."""
    return db.session.scalars(
        select(WaiverSignature).where(
            WaiverSignature.pass_id == pass_id,
            WaiverSignature.version == (version or current_version()),
        )
    ).one_or_none()


def last_signature(pass_id: int) -> WaiverSignature | None:
    """Return the latest signature of any version."""
    return db.session.scalars(
        select(WaiverSignature)
        .where(WaiverSignature.pass_id == pass_id)
        .order_by(WaiverSignature.id.desc())
        .limit(1)
    ).one_or_none()


def redemption(pass_id: int) -> Redemption | None:
    """Return the one use of a pass, None while it waits."""
    return db.session.scalars(select(Redemption).where(Redemption.pass_id == pass_id)).one_or_none()


def arrivals(day: date) -> Sequence[Arrival]:
    """Return everybody with a pass for `day`, by name; passes that were given back are left out."""
    here = and_(WaiverSignature.pass_id == DayPass.id, WaiverSignature.version == current_version())
    lines = db.session.execute(
        select(DayPass, WaiverSignature.id, Redemption)
        .outerjoin(WaiverSignature, here)
        .outerjoin(Redemption, Redemption.pass_id == DayPass.id)
        .options(joinedload(Redemption.staff, innerjoin=False))
        .where(DayPass.valid_on == day, DayPass.state != State.RETURNED)
        .order_by(DayPass.name, DayPass.id)
    ).all()
    return [Arrival(one, signed is not None, redeemed) for one, signed, redeemed in lines]


def unused_before(day: date, *, limit: int) -> Sequence[int]:
    """Return the ids of passes whose day went by unused and unnoticed, oldest first.

    What was missed for longer than a month, with the worker away, is left alone.
    """
    return db.session.scalars(
        select(DayPass.id)
        .where(
            DayPass.state == State.READY,
            DayPass.valid_on < day,
            DayPass.valid_on >= day - A_MONTH,
            DayPass.followed_up_at.is_(None),
        )
        .order_by(DayPass.valid_on, DayPass.id)
        .limit(limit)
    ).all()
