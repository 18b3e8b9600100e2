"""A person with a finished health check who asked for a day pass, and the pass they get."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal.clock import now
from portal.extensions import db
from portal.leads.kinds import Kind
from portal.leads.links import health_check_token
from portal.leads.models import Activity, Enquiry, Lead
from portal.passes import actions, signing
from portal.passes.models import DayPass
from portal.passes.signing import Signer
from portal.staff.models import Role, Staff
from tests.desk.conftest import Desk, form_on, make_staff, sign_in
from tests.intake.conftest import asks
from tests.intake.recorded import record_screening

__all__ = ["Desk", "asks", "form_on", "make_staff", "sign_in"]

SATURDAY = date(2026, 11, 28)
SUNDAY = date(2026, 11, 22)
ADAPT = {"pain_sites": ["low_back"], "nprs": 3}

Issues = Callable[..., DayPass]


@pytest.fixture
def screened(asks) -> Callable[..., Enquiry]:
    """A request for a day pass with a whole health check; keywords are answers of it."""

    def screen(name: str = "Robin Test", *, phone: str | None = None, **answers: Any) -> Enquiry:
        enquiry = asks(name=name, kind=Kind.DAY_PASS, phone=phone)
        record_screening(enquiry, answers=answers, wording="I agree", at=now())
        return enquiry

    return screen


@pytest.fixture
def issues(screened) -> Issues:
    """Claim a pass: `issues(day=SUNDAY, signed=True)`."""

    def issue(
        name: str = "Robin Test",
        *,
        day: date = SATURDAY,
        signed: bool = True,
        guardian: str = "",
        **answers: Any,
    ) -> DayPass:
        enquiry = screened(name, **answers)
        day_pass = actions.claim(enquiry.public_id, day=day, at=now())
        if signed:
            signing.sign(day_pass.id, signer=Signer(name, guardian), at=now())
        return fresh(day_pass)

    return issue


@pytest.fixture
def dana(app: Flask) -> Desk:
    """Dana sits at the front desk."""
    return sign_in(app, make_staff())


@pytest.fixture
def jules(app: Flask) -> Desk:
    """Jules is a coach."""
    return sign_in(app, make_staff("Jules Test", Role.COACH))


def fresh(row: DayPass) -> DayPass:
    """The pass as the database has it now."""
    pass_id = row.id
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(DayPass, pass_id)


def claim_url(enquiry: Enquiry) -> str:
    return f"/pass/claim/{health_check_token(enquiry)}"


def kinds(lead: Lead) -> list[str]:
    return list(
        db.session.scalars(
            db.select(Activity.kind).where(Activity.lead_id == lead.id).order_by(Activity.id)
        )
    )


def member(name: str = "Dana Test") -> Staff:
    return make_staff(name)
