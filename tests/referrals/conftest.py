"""Somebody who should be seen first, their letter, and the people who speak about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.clock import now
from portal.extensions import db
from portal.leads.kinds import Kind
from portal.leads.models import Activity, Enquiry, Lead
from portal.mail.models import OutboxMail
from portal.referrals import actions, queries, verifying
from portal.referrals.answer import LIMITS, OK, Answer, Limits
from portal.referrals.links import referral_token, return_token
from portal.referrals.models import Clearance, Referral, ReturnLink, State
from portal.referrals.verifying import Word
from portal.staff.models import Role
from tests.desk.conftest import Desk, form_on, make_staff, sign_in
from tests.intake.conftest import asks
from tests.intake.recorded import record_screening

__all__ = ["Desk", "asks", "form_on", "make_staff", "sign_in"]

REFERRED = {"surgery": "lt_12w"}
URGENT = {"pain_sites": ["low_back"], "duration": "2_6w", "leg_weakness": "new_one"}
EMERGENCY = {"pain_sites": ["low_back"], "leg_symptoms": "one", "bladder": "new_2w"}
PROFESSIONAL = {"name": "Dr. Ada Test", "role": "Family doctor", "practice": "Test Practice"}

Refers = Callable[..., Referral]


@dataclass
class Person:
    """Somebody behind their own link, in a browser without scripts."""

    client: FlaskClient
    referral_id: int

    @property
    def url(self) -> str:
        return f"/referral/{referral_token(fresh(self.referral_id), at=now())}"

    def get(self, place: str = "", **options: Any) -> Any:
        return self.client.get(self.url + place, **options)

    def press(self, place: str, page: str = "", **fields: Any) -> Any:
        token = csrf_on(self.get(page).text)
        data = {"csrf_token": token, **fields}
        return self.client.post(self.url + place, data=data)


@pytest.fixture
def refers(asks) -> Refers:
    """Somebody with a whole health check that refers them: `refers(**answers)`."""

    def refer(
        name: str = "Robin Test",
        *,
        kind: Kind = Kind.CONSULT,
        again: Enquiry | None = None,
        **given,
    ) -> Referral:
        enquiry = again or asks(name=name, kind=kind)
        record_screening(enquiry, answers=given or REFERRED, wording="I agree", at=now())
        db.session.expire_all()
        found = queries.of_lead(enquiry.lead_id)
        assert found is not None
        return found

    return refer


@pytest.fixture
def robin(client, refers) -> Person:
    return Person(client, refers().id)


@pytest.fixture
def dana(app: Flask) -> Desk:
    """Dana sits at the front desk."""
    return sign_in(app, make_staff())


@pytest.fixture
def jules(app: Flask) -> Desk:
    """Jules is a coach."""
    return sign_in(app, make_staff("Jules Test", Role.COACH))


def csrf_on(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def fresh(referral: Referral | int) -> Referral:
    """The referral as the database has it now."""
    found = referral if isinstance(referral, int) else referral.id
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Referral, found)


def take(referral: Referral) -> ReturnLink:
    return actions.take_letter(referral.id, at=now())


def return_path(link: ReturnLink) -> str:
    return f"/return/{return_token(link)}"


def answered(referral: Referral, says: str = OK, **more: Any) -> Clearance:
    """Let a professional answer by a letter of this referral."""
    limits = {"limits": Limits(no_impact=True)} if says == LIMITS else {}
    answer = Answer(says=says, **{**PROFESSIONAL, **limits, **more})
    return actions.hear_the_professional(take(referral).public_id, answer=answer, at=now())


def verified(referral: Referral, staff: Any, state: State = State.CLEARED, **more: Any) -> Activity:
    """Let a professional answer and a coach verify it."""
    clearance = answered(referral)
    word = Word(state, **more)
    return verifying.verify(referral.lead_id, clearance.id, word, staff=staff, at=now())


def lead_of(referral: Referral) -> Lead:
    return fresh(referral).lead


def story(referral: Referral) -> list[str]:
    """What the lead's story says, by kind, without the way to the outcome."""
    kinds = db.session.scalars(
        select(Activity.kind)
        .where(Activity.lead_id == fresh(referral).lead_id)
        .order_by(Activity.id)
    )
    return [kind for kind in kinds if not kind.startswith(("health_check", "asked", "urgent_"))]


def mails(*kinds: str) -> list[tuple[str, str]]:
    """Every mail of these kinds: its kind and its state."""
    found = db.session.scalars(
        select(OutboxMail).where(OutboxMail.kind.in_(kinds)).order_by(OutboxMail.id)
    )
    return [(mail.kind, mail.state.value) for mail in found]
