"""Numbers that can name a row; a larger one names none and never reaches a database."""

from typing import Any

from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
"""What PostgreSQL's integer holds. It answers a larger one with an error, SQLite with another."""


class RowId(IntegerConverter):
    """`<int:...>` in an address: no page has a number that no row can have."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **options})


def row_id(text: str) -> int:
    """Return the number in `text`; raise ValueError when it names no row."""
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} names no row")
    return number
