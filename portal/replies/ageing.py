"""Which replies have had their time, for the clock of `portal.privacy`, and how they go."""

from datetime import datetime

from sqlalchemy import Select, select

from portal.extensions import transaction
from portal.replies import actions, queries
from portal.replies.models import Reply, State


def published(limit: datetime) -> Select[int]:
    """Select what everybody has been able to read since `limit` or longer."""
    return select(Reply.id).where(Reply.state == State.PUBLISHED, Reply.published_at <= limit)


def unpublished(limit: datetime) -> Select[int]:
    """Select what has waited, or lain aside, since `limit` or longer."""
    return select(Reply.id).where(Reply.state != State.PUBLISHED, Reply.updated_at <= limit)


def edited(limit: datetime) -> Select[int]:
    """Select whose words before an edit have been kept since `limit` or longer."""
    return select(Reply.id).where(Reply.original.is_not(None), Reply.edited_at <= limit)


def erase(reply_id: int, _at: datetime) -> None:
    """Erase a reply whose time is up."""
    actions.erase(queries.reply(reply_id).public_id)


@transaction()
def forget_original(reply_id: int, _at: datetime) -> None:
    """Drop the words as they were written; nothing of it shows, so nothing is counted."""
    queries.to_write(reply_id).original = None
