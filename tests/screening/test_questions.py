"""The wording: complete, in the person's words, and never naming what they did not name."""

import re

import pytest

from portal.screening import questionnaire, ruleset

QUESTIONS = questionnaire().questions
NEVER_SAID = re.compile(
    r"cauda|fracture|tumou?r|metasta|dissection|aneurysm|clot|spondyl(?!itis or a like)"
    r"|red flag|low risk|\bsafe\b|sciatica|slipped disc",
    re.IGNORECASE,
)


def test_facts_are_the_vocabulary_of_the_rules():
    extras = set(QUESTIONS["inflammatory_extras"].values)

    assert len(QUESTIONS) == 65
    assert set(questionnaire().defaults) == (set(QUESTIONS) | extras) - {
        *("inflammatory_extras", "goals"),
    }


@pytest.mark.parametrize("key", QUESTIONS)
def test_question_is_complete(key):
    question = QUESTIONS[key]

    assert question.text.endswith(("?", "."))
    assert question.short
    assert question.error
    if question.required and question.kind == "choice":
        assert question.error.startswith("Select ")


@pytest.mark.parametrize("key", [key for key, one in QUESTIONS.items() if one.options])
def test_answer_that_is_not_clear_has_a_statement_or_is_never_scored(key):
    question = QUESTIONS[key]

    silent = [one.value for one in question.options if not (one.statement or one.unscored)]

    assert silent in ([], [question.clear])


def test_statement_repeats_the_answer():
    assert QUESTIONS["nprs"].statement_of(8) == "pain of 8 out of 10 at its worst"
    assert QUESTIONS["fever"].statement_of("yes") == "a high temperature or shivers"
    assert QUESTIONS["fever"].statement_of("no") == ""
    assert QUESTIONS["conditions"].statement_of([]) == ""
    assert QUESTIONS["age"].statement_of(None) == ""
    assert QUESTIONS["pain_sites"].statement_of(["neck", "hip", "knee"]) == (
        "pain in your neck, your hip and your knee"
    )


def test_label_repeats_the_control():
    assert QUESTIONS["bladder"].label_of("not_sure") == "I am not sure"
    assert QUESTIONS["pain_sites"].label_of(["low_back", "neck"]) == "Low back, Neck"
    assert QUESTIONS["pain_sites"].label_of([]) == "None of these"
    assert QUESTIONS["age"].label_of(42) == "42"
    assert QUESTIONS["age"].label_of(None) == "Not answered"


def test_three_nerve_items_can_be_asked_in_other_words():
    again = {key for key, question in QUESTIONS.items() if question.again}

    assert again == {"saddle_numb", "bladder", "bowel"}
    assert all("not_sure" in QUESTIONS[key].values for key in again)


def test_questions_never_name_what_the_person_did_not_name():
    said = [
        words
        for question in QUESTIONS.values()
        for words in (
            *(question.text, question.help, question.again, question.tick, question.error),
            *(option.statement for option in question.options),
        )
    ]
    said += [page.title + page.hint + page.why for page in questionnaire().pages]
    said += [modifier.adapt for modifier in ruleset().modifiers]

    assert [words for words in said if NEVER_SAID.search(words)] == []


def test_every_group_offers_only_short_lists():
    assert max(len(page.ticks) for page in questionnaire().pages) == 12
