"""Referrals of the demo studio: one in every state, so that each can be seen at the desk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from portal.extensions import db
from portal.leads.kinds import ALARMS
from portal.leads.models import Lead
from portal.referrals import actions, verifying
from portal.referrals.answer import LIMITS, NOT_NOW, OK, TOLD, Answer, Limits
from portal.referrals.models import Clearance, Referral, State
from portal.referrals.verifying import Word
from portal.staff.models import Staff

SHOULDERS = Limits(no_impact=True, max_load_kg=20, range="comfortable")
DOCTOR = Answer(says=OK, name="Dr. Ada Test", role="Family doctor", practice="Test Street Practice")


def go_round(coach: Staff, at: datetime) -> int:
    """Let the first people who were referred take a step each; return how many did."""
    found = db.session.scalars(
        select(Referral)
        .join(Lead, Referral.lead_id == Lead.id)
        .where(Lead.is_demo, Lead.open_rank.is_not(None), Lead.snoozed_until.is_(None))
        .order_by(Referral.id)
    ).all()
    calm = [each.id for each in found if each.decision.disposition not in ALARMS]
    steps: list[Callable[[Referral], object]] = [
        lambda referral: actions.take_letter(referral.id, at=at),
        lambda referral: _came(referral, LIMITS, at),
        lambda referral: _told(referral, at),
        lambda referral: _verified(referral, LIMITS, State.LIMITED, coach, at),
        lambda referral: _verified(referral, OK, State.CLEARED, coach, at),
        lambda referral: _verified(referral, NOT_NOW, State.NOT_CLEARED, coach, at),
    ]
    for referral_id, step in zip(calm, steps, strict=False):
        step(db.session.get_one(Referral, referral_id))
    return min(len(calm), len(steps))


def _came(referral: Referral, says: str, at: datetime) -> Clearance:
    link = actions.take_letter(referral.id, at=at)
    limits = SHOULDERS if says == LIMITS else Limits()
    answer = replace(DOCTOR, says=says, limits=limits)
    return actions.hear_the_professional(link.public_id, answer=answer, at=at)


def _told(referral: Referral, at: datetime) -> Clearance:
    answer = Answer(says=TOLD, name="My physical therapist", note="She says I can start gently.")
    return actions.hear_the_person(referral.id, answer=answer, evidence=None, at=at)


def _verified(referral: Referral, says: str, state: State, coach: Staff, at: datetime) -> object:
    clearance = _came(referral, says, at)
    word = Word(state, SHOULDERS if state is State.LIMITED else Limits())
    return verifying.verify(referral.lead_id, clearance.id, word, staff=coach, at=at)
