"""Questions about replies: what stands under an article, what waits for a person, whose link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, literal, select

from portal.extensions import db, settings, vault
from portal.leads.asked import KeyTakenError
from portal.replies import sealing
from portal.replies.models import ClosedThread, Reply, State
from portal.vault import CannotOpenError

PAGE = 20


@dataclass(frozen=True)
class Shown:
    """One reply as everybody reads it, on its days in the studio's zone."""

    id: int
    name: str
    text: str
    on: date
    edited: bool
    answer: str | None
    answered_on: date | None

    @property
    def initials(self) -> str:
        """Return up to two letters for the round badge."""
        parts = self.name.split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


@dataclass(frozen=True)
class Thread:
    """What stands under an article: a screenful, the newest first, and where the older begin."""

    replies: Sequence[Shown]
    count: int
    older: int | None
    is_open: bool


NOT_READ = Thread((), 0, None, is_open=True)
"""What stands around words that were given back while nothing can be looked up."""


def thread(slug: str, *, upto: int | None = None) -> Thread:
    """Return what stands under an article, from the reply `upto` back in time.

    A reply whose key was erased, and that an old backup brought back, is not shown.
    """
    is_theirs = (Reply.slug == slug) & (Reply.state == State.PUBLISHED)
    wanted = select(Reply).where(is_theirs).order_by(Reply.id.desc()).limit(PAGE + 1)
    found = db.session.scalars(wanted if upto is None else wanted.where(Reply.id <= upto)).all()
    closed = select(literal(1)).where(ClosedThread.slug == slug).exists()
    count, is_closed = db.session.execute(
        select(select(func.count()).where(is_theirs).scalar_subquery(), closed)
    ).one()
    older = found[PAGE].id if len(found) > PAGE else None
    return Thread(_opened(found[:PAGE]), count, older, not is_closed)


def is_open(slug: str) -> bool:
    """Say whether one may still reply under an article."""
    return db.session.scalar(select(ClosedThread.slug).where(ClosedThread.slug == slug)) is None


def left(*, key: str, body_hash: str) -> Reply | None:
    """Return what this very form left before, None when it is new; raise KeyTakenError."""
    reply = db.session.scalars(select(Reply).where(Reply.key == key)).one_or_none()
    if reply is not None and reply.body_hash != body_hash:
        raise KeyTakenError
    return reply


def by_public_id(public_id: str) -> Reply | None:
    """Return the reply behind a link, None when it was erased."""
    return db.session.scalars(select(Reply).where(Reply.public_id == public_id)).one_or_none()


def theirs_to_write(public_id: str) -> Reply | None:
    """Return the reply behind a link with its row locked, None when it was erased."""
    wanted = select(Reply).where(Reply.public_id == public_id).with_for_update()
    return db.session.scalars(wanted).one_or_none()


def reply(reply_id: int) -> Reply:
    """Return a reply; raise NoResultFound."""
    return db.session.scalars(select(Reply).where(Reply.id == reply_id)).one()


def to_write(reply_id: int) -> Reply:
    """Return a reply with its row locked until the transaction ends; raise NoResultFound."""
    return db.session.scalars(select(Reply).where(Reply.id == reply_id).with_for_update()).one()


def waiting_of(writer: str) -> int:
    """Return how many replies of one writer wait to be read."""
    held = (Reply.writer == writer) & (Reply.state == State.HELD)
    return db.session.scalar(select(func.count()).select_from(Reply).where(held)) or 0


def _opened(replies: Sequence[Reply]) -> Sequence[Shown]:
    keys = [reply.text.partition(".")[0] for reply in replies]
    with vault().holding(ids=keys):
        return [shown for reply in replies if (shown := _shown(reply)) is not None]


def _shown(reply: Reply) -> Shown | None:
    try:
        name, text = sealing.who(reply)["name"], sealing.text(reply)
    except CannotOpenError:
        return None
    zone = settings().studio.zone
    return Shown(
        id=reply.id,
        name=name,
        text=text,
        on=reply.created_at.astimezone(zone).date(),
        edited=reply.edited_at is not None,
        answer=reply.answer,
        answered_on=reply.answered_at.astimezone(zone).date() if reply.answered_at else None,
    )
