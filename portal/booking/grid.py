"""Time as cells of five minutes: two sessions collide exactly when they share a cell."""

from datetime import UTC, datetime, timedelta

CELL = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def numbers(start: datetime, end: datetime) -> range:
    """Return the numbers, counted from 1970, of all cells that a span touches."""
    return range((start - EPOCH) // CELL, -((EPOCH - end) // CELL))


def number(moment: datetime) -> int:
    """Return the number of the cell that a moment lies in."""
    return (moment - EPOCH) // CELL


def cells(start: datetime, end: datetime) -> list[datetime]:
    """Return the starts, in UTC, of all cells that a span touches."""
    return [EPOCH + CELL * each for each in numbers(start, end)]
