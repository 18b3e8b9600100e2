"""The line drawings: the first levels of each exercise, one body, inside its box, light to send."""

import re
from math import dist

import pytest

from portal.onboarding.planning import EXERCISES
from portal.onboarding.planning.drawings import FLOOR, HEIGHT, drawings, fitting

EVERY = [drawing for found in drawings().values() for drawing in found]
each_drawing = pytest.mark.parametrize(
    "drawing", EVERY, ids=[f"{each.exercise}-{each.level}" for each in EVERY]
)
LIGHT = 1_300
"""Bytes of paths in a drawing: two figures of the pictograms' size."""


def points(path):
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def limbs(figure, look):
    strokes = [*figure.strokes, *figure.over]
    return [points(stroke.path) for stroke in strokes if stroke.look == look]


def test_every_exercise_has_its_drawings_in_the_order_of_the_library():
    """Walking twice as long looks the same; all else has the two levels of day one."""
    assert list(drawings()) == list(EXERCISES)
    drawn = {name: [each.level for each in found] for name, found in drawings().items()}
    assert drawn == {name: [1] if name == "walk" else [1, 2] for name in EXERCISES}


@pytest.mark.parametrize(
    ("exercise", "level", "drawn"),
    [("catcow", 1, 1), ("catcow", 2, 2), ("catcow", 4, 2), ("walk", 3, 1), ("catcow", None, 1)],
)
def test_a_level_has_its_own_drawing_or_the_nearest_below(exercise, level, drawn):
    assert fitting(drawings()[exercise], level).level == drawn


@each_drawing
def test_drawing_shows_a_start_and_a_different_end(drawing):
    start, end = drawing.figures
    assert (start.shift, end.shift) == (0, drawing.width)
    assert (start.strokes, start.over) != (end.strokes, end.over)
    assert [stroke.look for stroke in start.over].count("go") == 0
    assert "go" in [stroke.look for stroke in end.over] or drawing.exercise == "position"


@each_drawing
def test_drawing_says_in_words_what_it_shows(drawing):
    assert len(drawing.title) > 30
    assert drawing.title.endswith(".")
    assert drawing.level <= 2


@each_drawing
def test_body_is_the_same_person_and_stays_in_the_box(drawing):
    for figure in drawing.figures:
        for thigh in limbs(figure, "near") + limbs(figure, "far"):
            assert dist(thigh[0], thigh[1]) == pytest.approx(37, abs=0.2)
        for x, y in [
            p
            for each in ("near", "far", "near thin", "far thin")
            for q in limbs(figure, each)
            for p in q
        ]:
            assert 8 <= x <= drawing.width - 4
            assert drawing.top + 8 <= y <= (FLOOR if drawing.floor else HEIGHT) - 5
        assert drawing.top + 14 <= figure.head[1]


@each_drawing
def test_drawing_is_light(drawing):
    paths = [stroke.path for each in drawing.figures for stroke in (*each.strokes, *each.over)]
    assert sum(map(len, paths)) < LIGHT
