"""What a form asked for, once it is understood: all that an action needs of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.leads.contact import Email, Phone
from portal.leads.models import ContactBy, Held, Kind


class KeyTakenError(Exception):
    """The key of a form was used before, with another body."""


@dataclass(frozen=True)
class Asked:
    """A form that was filled in as it should be. `held` says why it may not be from a person."""

    kind: Kind
    key: str
    body_hash: str
    name: str
    email: Email
    phone: Phone | None
    reason: str
    contact_by: ContactBy
    visit_on: date | None
    picked: str | None
    marketing: bool
    touch: dict[str, Any]
    held: Held | None


def body_hash(**fields: str | bool) -> str:
    """Return what tells a repeated form from another one under the same key."""
    body = json.dumps(fields, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()
