"""Doubt is asked about once more in other words; a note repeats a question, never answers it."""

import pytest

from tests.intake.test_road_to_result import BACK, the_lead

NOTE = "I have lost the feeling between my legs since Tuesday"


@pytest.mark.parametrize(
    ("key", "own", "again", "words"),
    [
        ("saddle_numb", "/more-5", "/more-6", "Does it feel duller or more tingly there"),
        ("bladder", "/more-7", "/more-8", "Can you tell when you need to pee"),
        ("bowel", "/more-9", "/more-10", "Have you had an accident with poo"),
    ],
)
def test_not_sure_is_asked_once_more_and_then_urgent(starts, key, own, again, words):
    walker = starts(**BACK, **{key: "not_sure"})
    page = walker.walk(until=own)
    page = walker.press()
    assert page.path.endswith(again)
    assert words in page.says
    assert the_lead().disposition is None
    assert walker.press().disposition == "URGENT"
    assert the_lead().disposition == "URGENT"


def test_not_sure_answered_in_other_words_counts(starts):
    walker = starts(**BACK, bladder="not_sure")
    walker.walk(until="/more-8")
    page = walker.press(bladder="no")
    assert page.path.endswith("/effect")
    assert walker.walk().disposition == "CAUTION"


def test_not_sure_about_the_whole_group_asks_each_item(starts):
    walker = starts(**BACK)
    walker.walk(until="/first")
    assert walker.press(ticks=["not_sure"]).path.endswith("/more-5")
    walker.visit(walker.page.path.replace("/more-5", "/first"))
    assert walker.page.kept("ticks") == ["not_sure"]


def test_not_sure_about_the_group_never_ends_as_clear(starts):
    walker = starts(**BACK)
    walker.walk(until="/first")
    path = walker.press(ticks=["not_sure"]).path
    assert walker.visit(path.replace("/more-5", "/check")).disposition == "INCOMPLETE"


@pytest.mark.parametrize("key", ["goals", "free_text"])
def test_note_asks_the_question_again_and_does_not_decide(starts, key):
    walker = starts(**BACK, **{key: NOTE})
    walker.walk(until="/exercise")
    page = walker.press()
    assert page.path.endswith("/once-more")
    assert "Something you wrote made us want to ask this again." in page.says
    assert page.kept("saddle_numb") == []
    assert the_lead().disposition is None

    page = walker.press(saddle_numb="no")
    assert page.path.endswith("/check")
    page = walker.press()
    assert page.disposition == "CAUTION"


def test_note_whose_question_is_then_answered_with_yes_is_an_emergency(starts):
    walker = starts(**BACK, free_text=NOTE)
    walker.walk(until="/once-more")
    assert walker.press(saddle_numb="new_2w").disposition == "EMERGENCY"


def test_note_that_denies_it_asks_nothing(starts):
    walker = starts(**BACK, free_text="No numbness between my legs, my bladder is fine.")
    walker.walk(until="/exercise")
    assert walker.press().path.endswith("/check")


def test_note_left_unanswered_ends_incomplete(starts):
    walker = starts(**BACK, free_text=NOTE)
    page = walker.walk(until="/once-more")
    page = walker.visit(page.path.replace("/once-more", "/check"))
    assert page.disposition == "INCOMPLETE"
    assert "Have you lost feeling" in page.says
    assert "How old are you?" not in page.says
