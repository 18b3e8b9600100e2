"""What is written down about a person: plain JSON in memory, sealed to its own row at rest."""

import json
from typing import Any, Protocol

from portal.extensions import vault


class Sealed(Protocol):
    """A row with something sealed in it."""

    content: Any

    @property
    def place(self) -> str:
        """Return where the content is sealed to."""


def close(row: Sealed, content: Any) -> str:
    """Return the content sealed for its row."""
    return vault().seal(row.place, json.dumps(content))


def read(row: Sealed) -> Any:
    """Return the content of a row; raise CannotOpenError when its key is gone."""
    return json.loads(vault().open(row.place, row.content))
