"""The verbs of a writer: leave a reply, stop its mail, erase it."""

import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from portal.extensions import db, transaction, wipe
from portal.keyring import forget
from portal.leads.actions import PUBLIC_ID_BYTES, SAYABLE
from portal.mail.models import OutboxMail
from portal.replies import links, notices, queries, sealing
from portal.replies.models import PREFIX, Alarm, Doubt, Reply, State
from portal.replies.written import Written
from portal.screening import overheard

LETTERS = 8
MANY = 3
FLOODS = frozenset({Doubt.TRAP, Doubt.MANY})
"""Doubts under which no bell rings: the flag at the desk stays, a flood of mail does not help."""


class ThreadClosedError(Exception):
    """Nobody can reply under this article any more."""


def leave(written: Written, *, at: datetime) -> str:
    """Keep a reply, held, and return the token of its writer's page.

    The same form sent twice, at once or later, is one reply. Raise KeyTakenError when its key was
    used with another text, ThreadClosedError when the thread was closed meanwhile.
    """
    try:
        return links.token(_leave(written, at=at))
    except IntegrityError:
        earlier = queries.left(key=written.key, body_hash=written.body_hash)
        if earlier is None:
            raise
        return links.token(earlier)


@transaction()
def stop_mail(public_id: str) -> None:
    """Tell the writer nothing more of their reply; one that was erased has nothing to tell."""
    reply = queries.theirs_to_write(public_id)
    if reply is not None:
        reply.tell = False
        notices.stop(reply)


def erase(public_id: str) -> None:
    """Erase a reply for good: its row, its mail, its key. Once it is gone, do nothing."""
    ref = _take_away(public_id)
    if ref is not None:
        forget(ref)
        wipe()


@transaction()
def _leave(written: Written, *, at: datetime) -> Reply:
    if not queries.is_open(written.slug):
        raise ThreadClosedError
    writer = sealing.writer(written.email)
    level = overheard(written.text)
    doubt = written.doubt or (Doubt.MANY if queries.waiting_of(writer) >= MANY else None)
    reply = Reply(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        ref=PREFIX + "".join(secrets.choice(SAYABLE) for _ in range(LETTERS)),
        slug=written.slug,
        key=written.key,
        body_hash=written.body_hash,
        writer=writer,
        state=State.HELD,
        doubt=doubt,
        alarm=Alarm(level) if level else None,
        tell=written.tell,
        created_at=at,
        updated_at=at,
    )
    reply.who = sealing.seal_who(reply, name=written.name, email=written.email.address)
    reply.text = sealing.seal(reply, "text", written.text)
    db.session.add(reply)
    db.session.flush()
    if reply.alarm and doubt not in FLOODS:
        notices.alert(reply)
    return reply


@transaction()
def _take_away(public_id: str) -> str | None:
    reply = queries.theirs_to_write(public_id)
    if reply is None:
        return None
    db.session.execute(delete(OutboxMail).where(OutboxMail.reference == reply.ref))
    db.session.delete(reply)
    return reply.ref
