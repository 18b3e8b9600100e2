"""Time as cells of five minutes: two sessions collide exactly when they share a cell."""

from datetime import UTC, datetime, timedelta

CELL = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cells(start: datetime, end: datetime) -> list[datetime]:
    """Return the starts, in UTC, of all cells that a span touches."""
    first, last = (start - EPOCH) // CELL, -((EPOCH - end) // CELL)
    return [EPOCH + CELL * number for number in range(first, last)]
