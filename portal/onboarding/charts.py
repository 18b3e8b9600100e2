"""Figures over time as a small line: points for an SVG, and the same figures as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, EDGE = 320, 120, 14
LEFT = 28
"""Where the line begins: the scale stands before it."""
MOST = 10


@dataclass(frozen=True)
class Point:
    """One figure at its place."""

    x: float
    y: float
    on: date
    value: float


@dataclass(frozen=True)
class Chart:
    """A line from 0 to `most`; `says` is what it shows, in one sentence."""

    title: str
    says: str
    points: tuple[Point, ...]
    most: float

    @property
    def line(self) -> str:
        """Return the points as an SVG polyline takes them."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)

    @property
    def box(self) -> str:
        """Return the view box."""
        return f"0 0 {WIDTH} {HEIGHT}"


def chart(title: str, figures: Sequence[tuple[date, float | None]], *, most: float = MOST) -> Chart:
    """Return the chart of these figures, oldest first, evenly apart.

    A figure that was not told keeps its place, so that two charts of the same days match.
    """
    step = (WIDTH - LEFT - EDGE) / max(len(figures) - 1, 1)
    tall = HEIGHT - 2 * EDGE
    points = tuple(
        Point(round(LEFT + place * step, 1), round(EDGE + tall * (1 - value / most), 1), on, value)
        for place, (on, value) in enumerate(figures)
        if value is not None
    )
    return Chart(title, _says(title, points), points, most)


def _says(title: str, points: Sequence[Point]) -> str:
    if not points:
        return f"{title}: nothing yet."
    first, last = points[0], points[-1]
    if len(points) == 1:
        return f"{title}: {first.value:g} at the first session."
    return (
        f"{title}: {first.value:g} at the first of {len(points)} sessions, "
        f"{last.value:g} at the last."
    )
