"""Notes that must repeat a question, and notes that must not."""

import pytest

from portal.screening import decide, questionnaire, watch
from portal.screening.watch import WORDS_KEPT, _is_one_of, watchlist


@pytest.mark.parametrize(
    ("note", "key"),
    [
        ("cant feel when i wipe since tuesday", "saddle_numb"),
        ("I can\u2019t feel my bum", "saddle_numb"),
        ("numbnes around my groin", "saddle_numb"),
        ("pins and needles between my legs", "saddle_numb"),
        ("no back pain but numb in the groin", "saddle_numb"),
        ("no pain, I cant feel my genitals", "saddle_numb"),
        ("not sure if my groin is numb", "saddle_numb"),
        ("numb bottom, not getting better", "saddle_numb"),
        ("no numbness until today my groin went numb", "saddle_numb"),
        ("trouble peeing since monday", "bladder"),
        ("I wet myself twice", "bladder"),
        ("urine leaks when I cough", "bladder"),
        ("lost control of my bowels", "bowel"),
        ("my left foot drags", "leg_weakness"),
        ("leg gives way on stairs", "leg_weakness"),
        ("I can\u2019t feel my legs", "leg_weakness"),
        ("cannot feel my right leg", "leg_weakness"),
        ("lost all feeling in my left foot", "leg_weakness"),
        ("both legs numb since this morning", "leg_weakness"),
        ("chest felt tight last week", "chest_pain"),
        ("No fever. Chest pains when I climb", "chest_pain"),
        ("short of breath lying down", "breathless"),
        ("passed out at the gym", "faint"),
        ("had breast cancer in 2010", "cancer"),
        ("lost weight without trying", "weight_loss"),
        ("shivring all night", "fever"),
        ("my calf is swollen", "calf_one_leg"),
        ("slurred speech this morning", "stroke_signs"),
        ("ripping pain in my back", "tearing_pain"),
        ("stumbling a lot lately", "unsteady_clumsy"),
    ],
)
def test_note_that_mentions_it_asks_the_question_again(note, key):
    assert watch(note) == (key,)


@pytest.mark.parametrize(
    "note",
    [
        *["", "no numbness", "no numbness in my groin", "never had chest pain"],
        *["I have never had any chest pain or tightness", "no trouble peeing", "bladder fine"],
        *["no numbness, tingling or weakness in my legs", "chest pain: none", "fever? no"],
        *["no loss of feeling in my legs", "I feel good on leg day", "tired in both legs"],
        *["I do not feel ready for leg day", "both hands numb", "both knees ache, never numb"],
        *["i dont have cancer", "no loss of feeling in my groin", "without fever or weight loss"],
        *["havent lost control of my bladder", "no weight loss, fever, or chest pain"],
        *["want a strong chest and less back pain", "I want strong legs", "I love leg day"],
        *["hard to lift my kids", "want to lose weight", "red shirt", "I sit a lot, hard chair"],
    ],
)
def test_note_that_denies_it_or_is_about_something_else_asks_nothing(note):
    assert watch(note) == ()


def test_note_never_changes_the_level():
    silent = decide({"age": 40})
    spoken = decide({"age": 40, "free_text": "chest pain and numb between my legs"})

    assert spoken.disposition == silent.disposition == "CLEAR"
    assert spoken.modifiers == ("reask_emergency",)


def test_every_watched_key_can_be_asked_once_more():
    [page] = [page for page in questionnaire().pages if page.recheck]

    assert {watched.key for watched in watchlist().watched} <= set(page.asks)


def test_words_that_strangers_make_up_are_not_remembered_for_ever():
    watch(" ".join(f"zz{number}" for number in range(WORDS_KEPT // 10)))
    assert _is_one_of.cache_info().currsize == WORDS_KEPT
