"""A person who has just asked for a consult or a day pass, and their link."""

import secrets
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.leads.links import health_check_token
from portal.leads.models import Enquiry, Kind, Lead, Status
from portal.leads.response import due_at
from tests.intake.walker import Walker

Asks = Callable[..., Enquiry]


@pytest.fixture
def asks(app: Flask) -> Asks:
    """Open a lead: `asks()`, or with other values such as `phone=None`."""

    def ask(
        *,
        name: str = "Robin Test",
        kind: Kind = Kind.CONSULT,
        phone: str | None = "555-0142",
        status: Status = Status.UNFINISHED,
        held_because: str | None = None,
    ) -> Enquiry:
        at, number = now(), secrets.token_hex(4)
        lead = Lead(
            ref=f"TL-{number[:4].upper()}",
            name=name,
            email=f"robin.{number}@example.com",
            email_key=f"robin.{number}@example.com",
            phone=phone,
            status=status,
            held_because=held_because,
            due_at=due_at(None, at=at, settings=settings()),
            version=0,
            created_at=at,
        )
        lead.touched(at=at)
        enquiry = Enquiry(
            public_id=secrets.token_urlsafe(32),
            lead=lead,
            kind=kind,
            key=secrets.token_hex(16),
            body_hash="0" * 64,
            name=name,
            email=lead.email,
            phone=phone,
            reason="back",
            visit_on=date(2026, 11, 28) if kind is Kind.DAY_PASS else None,
            created_at=at,
        )
        with transaction():
            db.session.add(enquiry)
        return enquiry

    return ask


@pytest.fixture
def starts(client: FlaskClient, asks: Asks) -> Callable[..., Walker]:
    """Ask, and open the link: `starts(pain_sites=["low_back"])`; answers are the person's."""

    def start(enquiry: Enquiry | None = None, **answers: object) -> Walker:
        token = health_check_token(enquiry or asks())
        return Walker(client, f"/health-check/{token}/", **answers)

    return start
