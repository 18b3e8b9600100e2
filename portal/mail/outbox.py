"""Queueing: a message is a row of the caller's transaction, or fails together with it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack, cast
from urllib.parse import urlsplit

from flask import current_app
from jinja2 import Environment, StrictUndefined
from sqlalchemy import case, literal, or_, select, update

from portal.clock import now
from portal.extensions import db, insert_into, settings, vault
from portal.mail.models import MailState, OutboxMail

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message; its content is text."""

    name: str
    content_type: str
    text: str


@dataclass(frozen=True)
class Letter:
    """The words of one message: a subject on one line, and the same text plain and as HTML."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class Fields(TypedDict):
    """What makes a message, besides the `uid` by which it exists once."""

    kind: str
    recipient: str
    context: Mapping[str, Any]
    reference: NotRequired[str | None]
    due: NotRequired[datetime | None]
    not_after: NotRequired[datetime | None]
    attachments: NotRequired[Sequence[Attachment]]


def queue(*, uid: str, **message: Unpack[Fields]) -> OutboxMail:
    """Add a message to the caller's transaction and return its row.

    `uid` (kind:subject:occurrence) makes a message exist once: queueing it again, later or from
    another process, changes nothing and returns the row that stands. See `put` for the rest.
    """
    if not is_queued(uid):
        put(uid=uid, **message)
    return db.session.scalars(select(OutboxMail).where(OutboxMail.uid == uid)).one()


def put(*, uid: str, **message: Unpack[Fields]) -> None:
    """Add a message to the caller's transaction, in one statement, unless its `uid` stands.

    Raise jinja2.UndefinedError when `context` lacks something that the templates of its kind name.
    """
    at, kind = now(), message["kind"]
    files = tuple(message.get("attachments", ()))
    letter = replace(render(kind, message["context"]), attachments=files)
    row = {
        "uid": uid,
        "kind": kind,
        "reference": message.get("reference"),
        "recipient": message["recipient"],
        "subject": letter.subject,
        "content": seal(uid, letter, person=message.get("reference")),
        "message_id": f"<{hashlib.sha256(uid.encode()).hexdigest()[:32]}@{_host()}>",
        "due": message.get("due") or at,
        "not_after": message.get("not_after"),
        "created_at": at,
    }
    db.session.connection().execute(_insert_once(), [row])


def cancel(uid_prefix: str) -> int:
    """Cancel, in the caller's transaction, what still waits under this prefix; return how many.

    End the prefix with its separator: `finish_check:1:` leaves lead 17 alone. A message that the
    worker holds at this moment may still go out, but is not tried again; nor is one that failed.
    """
    waits = OutboxMail.state == MailState.READY
    held = OutboxMail.state.in_((MailState.SENDING, MailState.FAILED))
    cancelled = literal(MailState.CANCELLED, OutboxMail.state.type)
    states = db.session.scalars(
        update(OutboxMail)
        .where(or_(waits, held), OutboxMail.uid.startswith(uid_prefix, autoescape=True))
        .values(
            state=case((waits, cancelled), else_=OutboxMail.state),
            not_after=case((waits, OutboxMail.not_after), else_=now()),
        )
        .returning(OutboxMail.state)
    )
    return sum(state is MailState.CANCELLED for state in states)


def render(kind: str, context: Mapping[str, Any]) -> Letter:
    """Return the words of a message of `kind`, from templates/mail/<kind>/."""
    templates = _templates()
    privacy = f"{settings().public_url}/privacy"
    facts = {"studio": settings().studio, "privacy": privacy, **context}
    if "name" in facts:
        facts["name"] = _spoken(facts["name"])
    subject, text, html = (
        templates.get_template(f"mail/{kind}/{part}").render(facts)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Letter(" ".join(subject.split())[:LONGEST_SUBJECT], text, html)


def _templates() -> Environment:
    """Return the app's templates, strict about missing names; made once, for its compiled cache."""
    made = current_app.extensions.get("mail_templates")
    if made is None:
        made = current_app.jinja_env.overlay(undefined=StrictUndefined)
        current_app.extensions["mail_templates"] = made
    return cast("Environment", made)


def _spoken(name: str) -> str:
    """Return a name for a greeting, or nothing for what a mail program would make a link of.

    Anybody may type another person's address into a form: our mail must not carry their advert.
    """
    return "" if re.search(r"[/:@\\]|\w\.\w", name) else name


def seal(uid: str, letter: Letter, *, person: str | None) -> str:
    """Return a letter as the outbox keeps it: bound to its row, under the key of whom it is about.

    `person` is the lead's reference, None for a letter that is about nobody in particular.
    """
    parts: list[Any] = [letter.subject, letter.text, letter.html]
    if letter.attachments:
        parts.append([asdict(each) for each in letter.attachments])
    return vault().seal(_place(uid), json.dumps(parts), person=person)


def unseal(uid: str, content: str) -> Letter:
    """Return the words of a queued message; raise CannotOpenError when its key is gone."""
    subject, text, html, *more = json.loads(vault().open(_place(uid), content))
    files = tuple(Attachment(**each) for each in (more[0] if more else ()))
    return Letter(subject, text, html, files)


def _place(uid: str) -> str:
    return f"outbox_mail.content:{uid}"


def is_queued(uid: str) -> bool:
    """Say whether a message of this name stands, whatever has become of it."""
    found = select(OutboxMail.id).where(OutboxMail.uid == uid)
    return db.session.scalars(found).one_or_none() is not None


def _insert_once() -> Any:
    return insert_into(OutboxMail).on_conflict_do_nothing(index_elements=["uid"])


def _host() -> str:
    return urlsplit(settings().public_url).hostname or "localhost"
