"""The personal link to one's own data: short-lived, and good for one person who is still there."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal import tokens
from portal.extensions import db, settings
from portal.leads.models import Lead
from portal.privacy import ledger
from portal.tokens import DeadLinkError

ME = "privacy"
LASTS = timedelta(days=2)
SHORT = 24


def token(lead: Lead, *, at: datetime) -> str:
    """Return the token of somebody's page."""
    return tokens.mint(ME, f"{lead.id}:{ledger.hash_of(lead)[:SHORT]}", until=at + LASTS)


def url(lead: Lead, *, at: datetime) -> str:
    """Return the whole address of that page, as a mail needs it."""
    return f"{settings().public_url}/privacy/me/{token(lead, at=at)}"


def whose(token_: str) -> Lead:
    """Return whose page a token opens; raise DeadLinkError, also for somebody who was erased.

    A number may be given anew after an erasure: the hash tells the one from the other.
    """
    number, _, hashed = tokens.read(ME, token_).partition(":")
    lead = db.session.scalars(select(Lead).where(Lead.id == int(number))).one_or_none()
    if lead is None or ledger.hash_of(lead)[:SHORT] != hashed:
        raise DeadLinkError("Nobody is behind this link any more.")
    return lead
