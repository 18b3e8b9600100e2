"""What a form wrote, once it is understood: all that an action needs of it."""

from dataclasses import dataclass

from portal.leads.contact import Email
from portal.replies.models import Doubt


@dataclass(frozen=True)
class Written:
    """A form that was filled in as it should be.

    `body_hash` tells a repeat of the form from another text under the same key, `tell` says whether
    its writer asked for mail, `doubt` why it may not be from a person.
    """

    slug: str
    key: str
    name: str
    email: Email
    text: str
    tell: bool
    body_hash: str
    doubt: Doubt | None
