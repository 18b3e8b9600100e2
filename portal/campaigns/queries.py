"""Questions about short links: read only."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.campaigns.models import Campaign
from portal.extensions import db


def named(name: str) -> Campaign:
    """Return the link of this name, in any case; raise NoResultFound."""
    return db.session.scalars(select(Campaign).where(Campaign.name == name.lower())).one()


def campaign(campaign_id: int) -> Campaign:
    """Return a link; raise NoResultFound."""
    return db.session.scalars(select(Campaign).where(Campaign.id == campaign_id)).one()


def everything() -> Sequence[Campaign]:
    """Return every link, those that are out first, the latest first."""
    order = (Campaign.ended_at.is_not(None), Campaign.id.desc())
    return db.session.scalars(select(Campaign).order_by(*order)).all()
