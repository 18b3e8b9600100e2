"""What each kind of control may send, and what the person is told when it cannot be used."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.screening import questionnaire

BACK = {"age": 40, "pain_sites": ["low_back"], "leg_symptoms": "none"}
NOW = date(2026, 11, 22)


def page(slug, answers=BACK):
    return next(each for each in questionnaire().path(answers) if each.slug == slug)


def take(slug, submitted, answers=BACK, now=NOW):
    return questionnaire().take(page(slug, answers), answers, submitted, now=now)


@pytest.mark.parametrize(
    ("typed", "age"),
    [
        *[("42", 42), (" 42 ", 42), ("5", 5), ("110", 110)],
        *[("1984", 42), ("1956", 70), ("1976", 50), ("2009", 17)],
        *[("2010", 15), ("2008", 17)],
    ],
)
def test_age_is_read_from_an_age_or_a_year_and_stays_young_at_16_and_18(typed, age):
    assert take("start", {"age": [typed]}, {}) == ({"age": age}, {})


@pytest.mark.parametrize(
    "typed", ["", "4", "111", "forty", "-3", "1899", "2027", "4.5", "²", "99999"]
)
def test_age_that_cannot_be_right_is_refused(typed):
    message = "Enter your age, like 42, or the year you were born, like 1984"

    assert take("start", {"age": [typed]}, {}) == ({}, {"age": message})


def test_year_of_birth_without_a_date_to_count_from_is_refused():
    _, errors = take("start", {"age": ["1984"]}, {}, now=None)

    assert list(errors) == ["age"]


@pytest.mark.parametrize(
    ("ticks", "message"),
    [
        ([], 'Select what you have noticed, or select "None of these"'),
        (["banana"], 'Select what you have noticed, or select "None of these"'),
        (["none", "fever"], 'Select the ones that apply, or select "None of these", not both'),
        (["not_sure", "fever"], 'Select the ones that apply, or select "I am not sure", not both'),
    ],
)
def test_group_that_contradicts_itself_is_refused(ticks, message):
    assert take("first", {"ticks": ticks}) == (BACK, {"ticks": message})


def test_not_sure_is_refused_where_it_is_not_offered():
    assert list(take("now", {"ticks": ["not_sure"]})[1]) == ["ticks"]


def test_tick_says_yes_or_opens_the_detail_and_the_rest_is_clear():
    answers, _ = take("first", {"ticks": ["fever", "bladder"]})

    assert {key: answers[key] for key in ("fever", "bladder", "bowel", "cancer")} == {
        "fever": "yes",
        "bladder": None,
        "bowel": "no",
        "cancer": "none",
    }
    assert questionnaire().ticked(page("first", answers), answers) == {"fever", "bladder"}


def test_tick_keeps_a_detail_that_was_already_given():
    told = {**BACK, "bladder": "worse", "bowel": "new_2w"}

    answers, _ = take("first", {"ticks": ["bladder"]}, told)

    assert (answers["bladder"], answers["bowel"]) == ("worse", "no")


def test_none_of_these_is_shown_ticked_again():
    answers, _ = take("now", {"ticks": ["none"]})

    assert questionnaire().ticked(page("now", answers), answers) == {"none"}


def test_not_sure_is_shown_ticked_again():
    answers, _ = take("first", {"ticks": ["not_sure"]})

    assert questionnaire().ticked(page("first", answers), answers) == {"not_sure"}


def test_group_not_yet_seen_has_nothing_ticked():
    assert questionnaire().ticked(page("now"), BACK) == set()


def test_page_with_several_questions_reports_every_gap_at_once():
    _, errors = take("course", {"onset": ["gradual"]})

    assert errors == {
        "duration": "Select how long you have had this pain",
        "trend": "Select how the pain is changing",
        "nprs": "Select a number from 0 to 10 for your worst pain in the last week",
    }


def test_list_question_takes_none_or_its_options_in_our_order():
    both, _ = take(
        "pain", {"pain_sites": ["neck", "low_back"], "leg_symptoms": ["none"]}, {"age": 40}
    )
    none, _ = take("pain", {"pain_sites": ["none"], "leg_symptoms": ["none"]}, {"age": 40})

    assert (both["pain_sites"], none["pain_sites"]) == (["low_back", "neck"], [])


def test_age_at_onset_above_the_age_is_refused():
    answers = {**BACK, "duration": "gt_12w"}

    _, errors = take("pattern", {"age_at_onset": ["41"]}, answers)

    assert errors["age_at_onset"] == "Age when it first began must be 40 or less"


def test_age_at_onset_may_be_left_empty_by_somebody_who_does_not_know():
    told = {**BACK, "duration": "gt_12w"}
    page = {"pain_pattern": ["mechanical"], "night_pain": ["second_half"]}
    page |= {"morning_stiff": ["ge_30"], "eases_with_movement": ["yes"]}

    answers, errors = take("pattern", {**page, "age_at_onset": [""]}, told)

    assert (errors, answers["age_at_onset"]) == ({}, None)
    assert "age_at_onset" not in questionnaire().missing(answers)
    assert questionnaire().facts(answers)["age_at_onset"] is None


def test_note_that_is_too_long_is_refused():
    _, errors = take("exercise", {"free_text": ["x" * 1001]})

    assert errors["free_text"] == "Your note must be 1000 characters or fewer"


def test_note_changed_to_deny_drops_the_repeated_question():
    sent = {"active_regular": ["yes"], "goal_intensity": ["light"]}
    first = {**take("first", {"ticks": ["none"]})[0]}

    asked, _ = take("exercise", {**sent, "free_text": ["numb in my groin"]}, first)
    denied, _ = take("exercise", {**sent, "free_text": ["no numbness"]}, asked)

    assert (asked["_recheck"], asked["saddle_numb"]) == (["saddle_numb"], None)
    assert "_recheck" not in denied
    assert questionnaire().missing(denied).count("saddle_numb") == 1


def test_answers_off_the_path_are_pruned_to_a_fixpoint():
    asked = questionnaire()
    told = {
        "age": 40,
        "pain_sites": [],
        "leg_symptoms": "none",
        "duration": "gt_12w",
        "onset": "major_trauma",
        "trauma_checked": "yes",
        "eases_with_movement": "yes",
        "age_at_onset": 30,
        "iv_drug": "yes",
        "nonsense": 1,
    }

    assert asked.prune(told) == {"age": 40, "pain_sites": [], "leg_symptoms": "none"}


def test_worrying_answer_stays_when_the_pain_is_taken_back():
    told = {"age": 40, "pain_sites": [], "leg_symptoms": "none", "saddle_numb": "new_2w"}

    assert questionnaire().prune(told) == told


def test_age_at_onset_is_asked_again_when_the_age_is_corrected_below_it():
    told = {**BACK, "duration": "gt_12w", "age_at_onset": 38}

    answers, _ = take("start", {"age": ["30"]}, told)

    assert "age_at_onset" not in answers


def test_taking_leaves_the_answers_it_was_given_alone():
    told = dict(BACK)

    take("first", {"ticks": ["bladder"]}, told)

    assert told == BACK


@given(
    slug=st.sampled_from(["start", "now", "pain", "first", "course", "effect", "exercise"]),
    submitted=st.dictionaries(
        st.sampled_from(["age", "ticks", "pain_sites", "onset", "nprs", "free_text", "trend"]),
        st.lists(st.text(max_size=6), max_size=3),
    ),
)
def test_nothing_that_can_be_sent_raises(slug, submitted):
    answers, errors = take(slug, submitted)

    assert errors == {} or answers == BACK
