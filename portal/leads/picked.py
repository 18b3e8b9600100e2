"""What somebody picked before the form: signed by the step that offered it, and read by it again.

The form carries it through without knowing what it is. An old or altered one counts as none.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from portal import tokens

PURPOSE = "picked"
NAME = "picked"
"""What it is called in an address and in the form."""


@dataclass(frozen=True)
class Picked:
    """`text` is for the step that offered it, `words` for the person who picked it."""

    text: str
    words: str


def sign(picked: Picked, *, until: datetime) -> str:
    """Return what the form carries; good until the given moment."""
    return tokens.mint(PURPOSE, json.dumps([picked.text, picked.words]), until=until)


def read(token: str) -> Picked | None:
    """Return what was picked, None for any other text and once it is over."""
    try:
        text, words = json.loads(tokens.read(PURPOSE, token))
    except tokens.DeadLinkError:
        return None
    return Picked(text, words)
