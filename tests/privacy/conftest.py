"""A person who told us everything, and the staff who deal with them."""

from collections.abc import Callable

import pytest

from portal.clock import now
from portal.extensions import db
from portal.leads.kinds import Disposition
from portal.leads.models import Consent, Enquiry, Lead, Purpose
from portal.staff.models import Role
from tests.desk.conftest import Desk, make_lead, make_staff, sign_in
from tests.intake.conftest import asks, starts
from tests.intake.recorded import record_screening
from tests.passes.conftest import issues, screened
from tests.test_journey import OUTCOMES

__all__ = ["asks", "issues", "make_lead", "make_staff", "screened", "sign_in", "starts"]

BACK = {"pain_sites": ["low_back"], "nprs": 3}
URGENT = OUTCOMES["URGENT"]


@pytest.fixture
def told(asks) -> Callable[..., Enquiry]:
    """An enquiry with all three consents and a whole health check; keywords are its answers."""

    def tell(name: str = "Robin Test", **answers: object) -> Enquiry:
        enquiry = asks(name=name)
        for purpose in (Purpose.CONTACT, Purpose.MARKETING):
            agree(enquiry, purpose)
        record_screening(enquiry, answers=answers or BACK, wording="I agree", at=now())
        return enquiry

    return tell


def agree(enquiry: Enquiry, purpose: Purpose) -> Consent:
    consent = Consent(
        lead_id=enquiry.lead_id,
        enquiry_id=enquiry.id,
        purpose=purpose,
        wording=f"I agree to {purpose}",
        wording_version="1",
        given_at=now(),
    )
    db.session.add(consent)
    db.session.commit()
    return consent


def again(lead_id: int) -> Lead:
    db.session.expire_all()
    return db.session.get_one(Lead, lead_id)


def level(lead_id: int) -> Disposition | None:
    return again(lead_id).disposition


@pytest.fixture
def mara(app) -> Desk:
    """Mara is the manager."""
    return sign_in(app, make_staff("Mara Test", Role.MANAGER))


@pytest.fixture
def jules(app) -> Desk:
    """Jules is a coach."""
    return sign_in(app, make_staff("Jules Test", Role.COACH))


@pytest.fixture
def dana(app) -> Desk:
    """Dana sits at the front desk."""
    return sign_in(app, make_staff())


@pytest.fixture(autouse=True)
def fresh_ledger(app):
    """Every test begins with an empty ledger."""
    ledger = app.extensions["settings"].erasure_ledger
    ledger.unlink(missing_ok=True)
