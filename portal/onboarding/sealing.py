"""What is written down about a person: plain JSON in memory, sealed to its own row at rest."""

import json
from typing import Any, Protocol

from portal.extensions import vault


class Sealed(Protocol):
    """A row with something sealed in it, and the lead under whose key it is."""

    content: Any

    @property
    def lead(self) -> Any:
        """Return whose it is."""

    @property
    def place(self) -> str:
        """Return where the content is sealed to."""


def close(row: Sealed, content: Any) -> str:
    """Return the content sealed for its row, under the key of its person."""
    return vault().seal(row.place, json.dumps(content), person=row.lead.ref)


def read(row: Sealed) -> Any:
    """Return the content of a row; raise CannotOpenError when its key is gone."""
    return json.loads(vault().open(row.place, row.content))
