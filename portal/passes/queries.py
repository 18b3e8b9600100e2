"""Questions about passes: whose link this is, what was typed at the door, who comes today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
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


def find(typed: str, *, today: date) -> DayPass | None:
    """Return the pass that was typed or scanned: its link, its code, or its holder's reference.

    A reference names a person: of their passes one that is not used comes first, today's before
    any other day's, the last one before those that it came after.
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
            .order_by(
                (DayPass.state == State.READY).desc(),
                (DayPass.valid_on == today).desc(),
                DayPass.id.desc(),
            )
            .limit(1)
        ).one_or_none()
        if code
        else None
    )


def lead_called(typed: str) -> Lead | None:
    """Return the lead with a reference, or with the code of one of their passes, else None."""
    code = read_code(typed)
    holder = select(DayPass.lead_id).where(DayPass.code == code).scalar_subquery()
    called = or_(Lead.ref == code, Lead.id == holder)
    return db.session.scalars(select(Lead).where(called)).one_or_none() if code else None


def is_a_reference(code: str) -> bool:
    """Say whether a lead is known by this code."""
    return db.session.scalar(select(Lead.id).where(Lead.ref == code)) is not None


def counted(lead_id: int, *, today: date, since: datetime) -> DayPass | None:
    """Return the last pass of a lead that is still ahead of them, or was used since a moment."""
    ahead = and_(DayPass.state == State.READY, DayPass.valid_on >= today)
    return db.session.scalars(
        select(DayPass)
        .where(DayPass.lead_id == lead_id, or_(ahead, DayPass.used_at > since))
        .order_by(DayPass.id.desc())
        .limit(1)
    ).one_or_none()


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


def waiting_by_day(first: date) -> Mapping[date, int]:
    """Return how many unused passes there are for each day from `first` on, in order."""
    lines = db.session.execute(
        select(DayPass.valid_on, func.count())
        .where(DayPass.state == State.READY, DayPass.valid_on >= first)
        .group_by(DayPass.valid_on)
        .order_by(DayPass.valid_on)
    )
    return {day: count for day, count in lines}  # noqa: C416 - a row is a tuple of its own kind


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
