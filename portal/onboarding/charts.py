"""Figures over time as a small line: points for an SVG, and the same figures as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, EDGE = 320, 120, 14
MOST = 10


@dataclass(frozen=True)
class Point:
    """One figure at its place."""

    x: float
    y: float
    on: date
    value: int


@dataclass(frozen=True)
class Chart:
    """A line from 0 to `most`; `says` is what it shows, in one sentence."""

    title: str
    says: str
    points: tuple[Point, ...]
    most: int

    @property
    def line(self) -> str:
        """Return the points as an SVG polyline takes them."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)

    @property
    def box(self) -> str:
        """Return the view box."""
        return f"0 0 {WIDTH} {HEIGHT}"


def chart(title: str, figures: Sequence[tuple[date, int]], *, most: int = MOST) -> Chart:
    """Return the chart of these figures, oldest first, evenly apart."""
    step = (WIDTH - 2 * EDGE) / max(len(figures) - 1, 1)
    tall = HEIGHT - 2 * EDGE
    points = tuple(
        Point(round(EDGE + place * step, 1), round(EDGE + tall * (1 - value / most), 1), on, value)
        for place, (on, value) in enumerate(figures)
    )
    return Chart(title, _says(title, points), points, most)


def _says(title: str, points: Sequence[Point]) -> str:
    if not points:
        return f"{title}: nothing yet."
    first, last = points[0], points[-1]
    if len(points) == 1:
        return f"{title}: {first.value} at the first session."
    return (
        f"{title}: {first.value} at the first of {len(points)} sessions, {last.value} at the last."
    )
