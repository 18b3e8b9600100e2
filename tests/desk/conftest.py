"""People at the desk, each with a browser of their own, and the leads they find there."""

import itertools
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.clock import now
from portal.extensions import db, settings
from portal.leads.models import RANK, Activity, Disposition, Enquiry, Kind, Lead, Status
from portal.leads.response import due_at
from portal.leads.story import tell
from portal.staff import cookie
from portal.staff.models import Role, Staff, StaffSession
from tests.conftest import CriticalClient

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
numbers = itertools.count(1)


def make_staff(name: str = "Dana Test", role: Role = Role.DESK) -> Staff:
    staff = Staff(
        email=f"{name.lower().replace(' ', '.')}@example.com",
        name=name,
        role=role,
        password_hash="none",
        created_at=now(),
    )
    db.session.add(staff)
    db.session.commit()
    return staff


def make_lead(
    name: str = "Robin Test",
    disposition: Disposition | None = Disposition.CLEAR,
    *,
    kind: Kind = Kind.CONSULT,
    status: Status = Status.WAITING,
    due: datetime | None = None,
    timeframe: str = "none",
    hold: str = "none",
    **more,
) -> Lead:
    at, number = now(), next(numbers)
    lead = Lead(
        ref=f"TL-T{number:03}",
        name=name,
        email=f"lead{number}@example.com",
        email_key=f"lead{number}@example.com",
        phone=f"312-555-0{number % 100:03}",
        status=Status.UNFINISHED if disposition is None and status is Status.WAITING else status,
        disposition=disposition,
        timeframe=timeframe if disposition else None,
        hold=hold if disposition else None,
        screened_at=at if disposition else None,
        due_at=due or due_at(disposition, at=at, settings=settings()),
        version=0,
        created_at=at,
        **more,
    )
    lead.touched(at=at)
    visit_on = at.date() + timedelta(days=6) if kind is Kind.DAY_PASS else None
    tell(lead, "asked", at=at, kind=kind.value)
    make_enquiry(lead, kind=kind, visit_on=visit_on)
    db.session.commit()
    return lead


def make_enquiry(lead: Lead, **more) -> Enquiry:
    number = next(numbers)
    enquiry = Enquiry(
        **{
            "public_id": f"public-{number}",
            "lead_id": lead.id,
            "kind": Kind.CONSULT,
            "key": f"key-{number}",
            "body_hash": "0",
            "name": lead.name,
            "email": lead.email,
            "phone": lead.phone,
            "reason": "back",
            "touch": {},
            "created_at": now(),
            **more,
        }
    )
    db.session.add(enquiry)
    db.session.commit()
    return enquiry


@dataclass
class Desk:
    """One person at the desk."""

    staff: Staff
    client: CriticalClient

    def stays(self) -> None:
        """Keep the session alive over a leap of the clock."""
        for session in db.session.scalars(db.select(StaffSession)):
            session.created_at = session.seen_at = now()
        db.session.commit()

    def get(self, path: str, **headers) -> TestResponse:
        return self.client.get(path, headers=headers)

    def fragment(self, path: str, **headers) -> TestResponse:
        return self.client.get(path, headers={**FRAGMENT, **headers})

    def page(self, lead: Lead) -> str:
        return self.get(f"/desk/leads/{lead.id}").text

    def press(self, lead: Lead, button: str, *, page: str | None = None, fragment=False, **fields):
        """Press a button as a browser would: with what the page's own form carries."""
        page = page or self.page(lead)
        form = form_on(page, f"/desk/leads/{lead.id}/{button}")
        return self.client.post(
            form.pop("action"), data={**form, **fields}, headers=FRAGMENT if fragment else {}
        )


def form_on(page: str, path: str) -> dict[str, str]:
    """Return the hidden fields of the form that goes to `path`, and its action."""
    found = re.search(rf'<form[^>]* action="({re.escape(path)}[^"]*)".*?</form>', page, re.DOTALL)
    assert found is not None, f"no form to {path}"
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    return {"action": unescape(found[1]), **{name: unescape(value) for name, value in hidden}}


def sign_in(app: Flask, staff: Staff) -> Desk:
    token = cookie.new_token()
    db.session.add(
        StaffSession(
            token_hash=cookie.hash_of(token), staff_id=staff.id, created_at=now(), seen_at=now()
        )
    )
    db.session.commit()
    app.test_client_class = CriticalClient
    client = app.test_client()
    client.set_cookie("desk", token)
    return Desk(staff, client)


@pytest.fixture
def dana(app) -> Desk:
    """Dana sits at the front desk: no answers for her."""
    return sign_in(app, make_staff())


@pytest.fixture
def jules(app) -> Desk:
    """Jules is a coach."""
    return sign_in(app, make_staff("Jules Test", Role.COACH))


def rows_of(page: str) -> list[str]:
    """Return the names of the rows, in the order of the page."""
    return re.findall(r'<li class="row [^>]*>.*?<h3><a [^>]*>([^<]+)', page, re.DOTALL)


def fresh(lead: Lead) -> Lead:
    db.session.expire_all()
    return db.session.get_one(Lead, lead.id)


def kinds_of(lead: Lead) -> list[str]:
    return list(
        db.session.scalars(
            db.select(Activity.kind).where(Activity.lead_id == lead.id).order_by(Activity.id)
        )
    )


EVERY_LEVEL = sorted(Disposition, key=lambda level: RANK[level])
