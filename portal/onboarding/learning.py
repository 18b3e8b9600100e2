"""The coaches' corner: what they learn by, certificates, and the skills that booking reads."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from portal.booking.matching import SKILLS
from portal.booking.models import CoachProfile
from portal.extensions import db, settings, transaction
from portal.mail import outbox
from portal.onboarding.certificate import CoachCertificate
from portal.staff.models import Staff

BEFORE = timedelta(days=30)
MORNING = time(9)


def certificates(staff_id: int) -> Sequence[CoachCertificate]:
    """Return a coach's certificates, the one that ends first on top."""
    return db.session.scalars(
        select(CoachCertificate)
        .where(CoachCertificate.staff_id == staff_id)
        .order_by(CoachCertificate.expires_on, CoachCertificate.id)
    ).all()


def skills(staff_id: int) -> frozenset[str]:
    """Return the skills that booking matches this coach by."""
    profile = db.session.get(CoachProfile, staff_id)
    return frozenset(profile.skills) if profile else frozenset()


@transaction()
def keep_skills(staff_id: int, chosen: Collection[str]) -> None:
    """Keep what a coach can do: booking reads it when it chooses one."""
    profile = db.session.get(CoachProfile, staff_id)
    if profile is None:
        profile = CoachProfile(staff_id=staff_id, bookable=False)
        db.session.add(profile)
    profile.skills = [skill for skill in SKILLS if skill in chosen]


@transaction()
def add_certificate(staff: Staff, *, name: str, expires_on: date, at: datetime) -> None:
    """Keep a certificate, and put a reminder a month before it ends."""
    kept = CoachCertificate(staff_id=staff.id, name=name, expires_on=expires_on, created_at=at)
    db.session.add(kept)
    db.session.flush()
    due = datetime.combine(expires_on - BEFORE, MORNING, tzinfo=settings().studio.zone)
    outbox.queue(
        kind="certificate_ends",
        uid=f"certificate_ends:{kept.id}:1",
        recipient=staff.email,
        due=max(due, at),
        context={
            "name": staff.name.split()[0],
            "certificate": name,
            "expires_on": expires_on,
            "url": f"{settings().public_url}/desk/learning",
        },
    )


@transaction()
def drop_certificate(staff_id: int, certificate_id: int) -> None:
    """Forget a certificate of one's own, and its reminder; raise NoResultFound for another's."""
    kept = db.session.scalars(
        select(CoachCertificate).where(
            CoachCertificate.id == certificate_id, CoachCertificate.staff_id == staff_id
        )
    ).one()
    outbox.cancel(f"certificate_ends:{kept.id}:")
    db.session.delete(kept)
