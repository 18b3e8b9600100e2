"""What a text gives away that nobody asked for: named and not denied, as grave as the rules say."""

import pytest

from portal.screening import overheard, watch
from portal.screening.overheard import weigh
from portal.screening.watch import watchlist

CHEST = "I have crushing pain in my chest right now"
CALF = "One calf is newly swollen and hot"


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        (CHEST, "EMERGENCY"),
        ("I wet myself twice this week", "EMERGENCY"),
        ("My foot drags and is weak", "EMERGENCY"),
        ("I can't feel my legs", "EMERGENCY"),
        ("numb bum since yesterday", "EMERGENCY"),
        ("pressure on the left side of my chest", "EMERGENCY"),
        ("It is hard to breathe", "EMERGENCY"),
        ("I haven't been able to pee since last night", "EMERGENCY"),
        ("loss of bladder control", "EMERGENCY"),
        ("paralysed from the waist down", "EMERGENCY"),
        ("my arse is numb", "EMERGENCY"),
        (CALF, "URGENT"),
        ("I fainted during a run", "URGENT"),
        (f"{CALF}. {CHEST}.", "EMERGENCY"),
        ("No chest pain, no numbness, thank you", None),
        ("I never had chest pain", None),
        ("I lost weight and had cancer", None),
        ("leg day killed me", None),
        ("I have good bladder control", None),
        ("no trouble breathing", None),
        ("Picking up my toddler without bracing for it", None),
    ],
)
def test_a_sign_is_as_grave_as_the_gravest_answer_to_its_question(text, gives):
    assert overheard(text) == gives


@pytest.mark.parametrize(
    "text",
    [
        "I think I'm having a heart attack",
        "he is having a stroke",
        "She hit her head and is vomiting",
        "worst headache of my life",
        "I can't stop bleeding",
        "I don't want to live any more",
        "I took too many painkillers",
        "I need an ambulance",
    ],
)
def test_an_outcry_that_no_question_asks_is_as_grave_as_any(text):
    assert overheard(text) == "EMERGENCY"
    assert watch(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        *["no heart attack so far", "I don't want to die", "I am not suicidal", "it fits me well"],
        *["suicide sprints and a cooking class", "dying to start", "my stroke in the pool"],
    ],
)
def test_what_only_sounds_like_an_outcry_is_none(text):
    assert overheard(text) is None


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("my daughter had chest pain last year", None),
        ("I had a heart attack 5 years ago, can I train?", None),
        ("I fainted once as a child", None),
        ("I had chest pain last year and it came back", "EMERGENCY"),
        ("I have had chest pain for the last year", "EMERGENCY"),
        ("I had chest pain last year and still do", "EMERGENCY"),
        ("I had a heart attack 5 years ago. My foot drags and is weak", "EMERGENCY"),
    ],
)
def test_what_was_over_long_ago_calls_nobody(text, gives):
    assert overheard(text) == gives


def test_every_watched_question_can_be_weighed():
    given = {watched.key: weigh(watched.key) for watched in watchlist().watched}
    assert {key for key, gives in given.items() if gives is None} == {"cancer", "weight_loss"}
