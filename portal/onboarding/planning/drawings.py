"""Line drawings of the exercises: a body of fixed lengths posed by angles, as paths for a template.

Angles are degrees as on paper: 0 to the right, 90 up, 180 to the left, -90 down. A pose gives the
hip and the angles of trunk, head, legs and arms; everything else follows, so that all figures are
the same person. Of one who stands and is seen from above, with an `other_arm`, the trunk is the
line of the shoulders with the head on it. A drawing is its start on the left and its end on the
right, on one floor.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import cos, radians, sin
from typing import Any

TRUNK, HEAD, FOOT = 52, 28, 11
LEG, ARM = (37, 35, FOOT), (24, 25)
FLOOR, HEIGHT = 166, 180
SPINE = (-12, 44)
"""How far the true line runs past the hip, and past the shoulder."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """One path, with the class names that say how it is drawn."""

    look: str
    path: str


@dataclass(frozen=True)
class Figure:
    """One pose for a template: strokes below and over the head, and the boxes it carries."""

    strokes: tuple[Stroke, ...]
    head: Point
    crates: tuple[Point, ...]
    over: tuple[Stroke, ...]
    shift: int


@dataclass(frozen=True)
class Drawing:
    """A start and an end on one floor; `title` says in words what is to be seen."""

    exercise: str
    level: int
    title: str
    width: int
    top: int
    floor: str
    figures: tuple[Figure, Figure]

    @property
    def box(self) -> str:
        """Return the viewBox of both figures."""
        return f"0 {self.top} {2 * self.width} {HEIGHT - self.top}"


def _from(start: Point, angle: float, length: float) -> Point:
    turn = radians(angle)
    return (start[0] + length * cos(turn), start[1] - length * sin(turn))


def _chain(start: Point, angles: Sequence[float], lengths: Sequence[int]) -> list[Point]:
    points = [start]
    for angle, length in zip(angles, lengths, strict=False):
        points.append(_from(points[-1], angle, length))
    return points


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _figure(pose: Mapping[str, Any], shift: int) -> Figure:
    hip: Point = (pose["hip"][0], pose["hip"][1])
    trunk = pose["trunk"]
    shoulder = _from(hip, trunk, TRUNK)
    head = _from(shoulder, pose.get("head", trunk), HEAD)
    back = _back(hip, shoulder, trunk, pose.get("bend", 0))
    limbs = [
        *(Stroke("far", _line(_chain(hip, angles, LEG))) for angles in pose.get("far_leg", ())),
        *(
            Stroke("far thin", _line(_chain(shoulder, angles, ARM)))
            for angles in pose.get("far_arm", ())
        ),
        *(Stroke("near", _line(_chain(hip, angles, LEG))) for angles in pose.get("leg", ())),
        Stroke("body above" if "other_arm" in pose else "body", back),
    ]
    arms = [
        Stroke(look, _line(_chain(shoulder, angles, ARM)))
        for look, name in (("near thin", "arm"), ("far thin", "over_arm"))
        for angles in pose.get(name, ())
    ]
    is_from_above = "other_arm" in pose
    arms += [
        Stroke("near thin", _line(_chain(hip, angles, ARM))) for angles in pose.get("other_arm", ())
    ]
    if is_from_above:
        head = ((hip[0] + shoulder[0]) / 2, (hip[1] + shoulder[1]) / 2)
    return Figure(
        strokes=(*_paths("prop", pose), *limbs),
        head=(round(head[0], 1), round(head[1], 1)),
        crates=tuple((x - 17, y - 14) for x, y in pose.get("crate", ())),
        over=(
            *arms,
            *([] if is_from_above else [_spine(pose, back, hip, shoulder)]),
            *_paths("band", pose),
            *(Stroke("go", _arrow(points)) for points in pose.get("go", ())),
        ),
        shift=shift,
    )


def _paths(look: str, pose: Mapping[str, Any]) -> Iterator[Stroke]:
    yield from (Stroke(look, path) for path in pose.get(look, ()))


def _back(hip: Point, shoulder: Point, trunk: float, bend: float) -> str:
    """Draw the trunk; `bend` rounds it, to the side that is left of the way to the head."""
    if not bend:
        return _line([hip, shoulder])
    middle = ((hip[0] + shoulder[0]) / 2, (hip[1] + shoulder[1]) / 2)
    over = _from(middle, trunk + 90, 2 * bend)
    x, y, *rest = map(_n, (*hip, *over, *shoulder))
    return f"M{x} {y}Q{' '.join(rest)}"


def _spine(pose: Mapping[str, Any], back: str, hip: Point, shoulder: Point) -> Stroke:
    return Stroke("spine", back if "head" in pose else _true_line(hip, shoulder, pose["trunk"]))


def _true_line(hip: Point, shoulder: Point, trunk: float) -> str:
    return _line([_from(hip, trunk, SPINE[0]), _from(shoulder, trunk, SPINE[1])])


def _arrow(points: Sequence[Sequence[float]]) -> str:
    """Draw a way with a head: a start, an end, and between them the point it bends round."""
    (x0, y0), *_, (x1, y1) = points
    before = points[-2]
    length = ((x1 - before[0]) ** 2 + (y1 - before[1]) ** 2) ** 0.5
    along = ((x1 - before[0]) / length * 9, (y1 - before[1]) / length * 9)
    left = (x1 - along[0] - along[1] * 0.7, y1 - along[1] + along[0] * 0.7)
    right = (x1 - along[0] + along[1] * 0.7, y1 - along[1] - along[0] * 0.7)
    bend = f"Q{_n(before[0])} {_n(before[1])} " if len(points) > 2 else "L"  # noqa: PLR2004
    return f"M{_n(x0)} {_n(y0)}{bend}{_n(x1)} {_n(y1)}" + _line([left, (x1, y1), right])


def read_drawing(table: Mapping[str, Any]) -> Drawing:
    """Pose both figures; a KeyError or TypeError means malformed data."""
    width, start = table["width"], table["start"]
    end = {**start, "go": (), **table["end"]}
    return Drawing(
        exercise=table["exercise"],
        level=table["level"],
        title=table["title"],
        width=width,
        top=table["top"],
        floor=f"M8 {FLOOR}H{2 * width - 8}" if table.get("floor", True) else "",
        figures=(_figure(start, 0), _figure(end, width)),
    )


def fitting(found: Sequence[Drawing], level: int | None) -> Drawing:
    """Give the drawing of a level: the highest that is not above it, else the lowest there is."""
    return max(
        (each for each in found if level and each.level <= level), key=_level, default=found[0]
    )


def _level(drawing: Drawing) -> int:
    return drawing.level


@cache
def drawings() -> Mapping[str, Sequence[Drawing]]:
    """Read the drawings as shipped, once, by the id of their exercise, the lowest level first."""
    text = resources.files(__package__).joinpath("drawings.toml").read_text("utf-8")
    found: dict[str, list[Drawing]] = {}
    for table in tomllib.loads(text)["drawing"]:
        drawing = read_drawing(table)
        found.setdefault(drawing.exercise, []).append(drawing)
    return {name: sorted(each, key=_level) for name, each in found.items()}
