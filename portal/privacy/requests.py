"""Asking for the link to one's own page."""

from datetime import datetime

from sqlalchemy import select

from portal.extensions import db, transaction
from portal.leads.contact import read_email
from portal.leads.models import Lead
from portal.privacy import notices


@transaction()
def send_link(address: str, *, at: datetime) -> None:
    """Mail the link to whoever has this address; for an address nobody has, nothing happens."""
    try:
        key = read_email(address).key
    except ValueError:
        return
    lead = db.session.scalars(select(Lead).where(Lead.email_key == key)).one_or_none()
    if lead is not None:
        notices.link(lead, at=at)
