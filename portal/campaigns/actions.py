"""The verbs of short links: make one, end one."""

from sqlalchemy.exc import IntegrityError

from portal.campaigns import queries
from portal.campaigns.models import Campaign
from portal.clock import now
from portal.extensions import db, transaction


class NameTakenError(Exception):
    """Another link has this name, perhaps on a poster that still hangs somewhere."""


def make(*, name: str, title: str, target: str, staff_id: int) -> int:
    """Make a link and return its id; raise NameTakenError."""
    made = Campaign(name=name, title=title, target=target, created_by_id=staff_id)
    made.created_at = now()
    try:
        with transaction():
            db.session.add(made)
            db.session.flush()
            return made.id
    except IntegrityError as error:
        raise NameTakenError(name) from error


@transaction()
def end(campaign_id: int) -> None:
    """End a link; raise WrongStateError when it has ended, NoResultFound when there is none."""
    queries.campaign(campaign_id).end(at=now())
