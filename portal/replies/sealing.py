"""Who wrote a reply and what, under the reply's own seal."""

import json

from portal.extensions import vault
from portal.leads.contact import Email
from portal.replies.models import Reply

WRITER, SENT = "reply.writer", "reply.body_hash"


def seal(reply: Reply, part: str, text: str) -> str:
    """Return a text sealed for one part of a reply."""
    return vault().seal(reply.place(part), json.dumps(text), person=reply.ref)


def seal_who(reply: Reply, *, name: str, email: str) -> str:
    """Return the name and the address sealed for a reply."""
    content = json.dumps({"name": name, "email": email})
    return vault().seal(reply.place("who"), content, person=reply.ref)


def who(reply: Reply) -> dict[str, str]:
    """Return the `name` and the `email` of the writer; raise CannotOpenError once erased."""
    return dict(json.loads(vault().open(reply.place("who"), reply.who)))


def text(reply: Reply) -> str:
    """Return the words as they stand; raise CannotOpenError once erased."""
    return str(json.loads(vault().open(reply.place("text"), reply.text)))


def original(reply: Reply) -> str | None:
    """Return the words as they were written, None when they were not edited or are not kept."""
    if reply.original is None:
        return None
    return str(json.loads(vault().open(reply.place("original"), reply.original)))


def writer(email: Email) -> str:
    """Return by what a person's replies are found: a keyed hash of their address."""
    return vault().fingerprint(f"{WRITER}|{email.key}")


def body_hash(*parts: str) -> str:
    """Return what tells a repeated form from another one: a keyed hash of all that was sent."""
    return vault().fingerprint(json.dumps([SENT, *parts]))
