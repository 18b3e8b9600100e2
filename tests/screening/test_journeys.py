"""Whole walks through the questionnaire: how many presses, which pages, what comes out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.screening import decide, questionnaire
from portal.screening.conditions import UNANSWERED
from tests.screening.person import Person


def test_healthy_person_presses_continue_eight_times():
    person = Person().walk()

    assert person.seen == ["start", "now", "pain", "first", "lately", "history", "exercise"]
    assert person.presses == 8
    assert person.decision.disposition == "CLEAR"


def test_person_with_low_back_pain_presses_continue_twelve_times():
    person = Person(pain_sites="low_back", duration="gt_12w").walk()

    assert person.seen == [
        *["start", "now", "pain", "course", "first", "effect", "pattern", "before"],
        *["lately", "history", "exercise"],
    ]
    assert person.presses == 12


def test_person_with_back_and_leg_pain_presses_continue_thirteen_times():
    person = Person(pain_sites="low_back", leg_symptoms="one", leg_course="stable").walk()

    assert person.presses == 13
    assert person.decision.flags == ("LEG-ONE", "PAIN-ADAPT")


def test_person_under_sixteen_is_asked_for_a_guardian():
    person = Person(age="15", guardian_present="no").walk()

    assert person.seen[:2] == ["start", "with-you"]
    assert (person.decision.flags, person.decision.hold) == (("MINOR-GUARDIAN",), "all")


def test_person_of_sixteen_needs_consent_but_no_guardian_present():
    person = Person(age="16").walk()

    assert "with-you" not in person.seen
    assert (person.decision.disposition, person.decision.modifiers) == (
        "CLEAR",
        ("guardian_needed",),
    )


def test_ticked_item_with_more_to_tell_is_asked_in_detail():
    person = Person(now="chest_pain", chest_pain="now_12h").walk(until="pain")

    assert person.seen == ["start", "now", "more-1"]
    assert person.decision.disposition == "EMERGENCY"


def test_ticked_yes_or_no_item_needs_no_further_page():
    person = Person(now="stroke_signs").walk(until="pain")

    assert person.seen == ["start", "now"]
    assert person.decision.flags == ("STROKE-SIGNS",)


def test_not_sure_on_a_nerve_item_is_asked_once_in_other_words_and_then_stands():
    person = Person(pain_sites="low_back", first="bladder", bladder="not_sure").walk(until="effect")

    assert person.seen[-3:] == ["first", "more-7", "more-8"]
    assert person.decision.flags == ("CES-NOT-SURE", "PAIN-ADAPT")
    assert person.decision.disposition == "URGENT"


def test_first_not_sure_does_not_yet_count():
    person = Person(pain_sites="low_back", first="bladder", bladder="not_sure").walk(until="more-8")

    assert person.decision.disposition == "INCOMPLETE"


def test_other_words_can_turn_not_sure_into_no():
    person = Person(pain_sites="low_back", first="bladder", bladder="not_sure", bladder_again="no")

    assert person.walk().decision.disposition == "CAUTION"


def test_not_sure_about_the_group_asks_every_item_by_itself():
    person = Person(pain_sites="low_back", first="not_sure").walk(until="effect")

    one_by_one = person.seen[person.seen.index("first") + 1 :]
    assert len(one_by_one) == 8
    assert set(questionnaire().missing(person.answers)) & {"saddle_numb", "fever"} == set()


def test_urgent_waits_for_ticked_items_whose_detail_may_be_an_emergency():
    asked = questionnaire()

    assert asked.pending({"age": 40, "pain_sites": ["low_back"], "saddle_numb": None}) == (
        "saddle_numb",
    )


def test_tummy_pulse_is_weighed_once_the_pain_is_described():
    person = Person(
        now="pulsing_abdomen", pain_sites="low_back", onset="sudden_no_injury", nprs="10"
    )

    assert person.walk(until="course").decision.disposition == "INCOMPLETE"
    assert person.walk(until="first").decision.flags[0] == "AAA-ACUTE"


def test_swollen_calf_is_known_when_chest_pain_is_described():
    person = Person(now=["calf_one_leg", "chest_pain"], chest_pain="12h_3d").walk(until="pain")

    assert person.decision.disposition == "EMERGENCY"


def test_accident_is_known_when_a_weak_leg_is_described():
    person = Person(
        pain_sites="low_back",
        onset="major_trauma",
        trauma_checked="no",
        first="leg_weakness",
        leg_weakness="new_one",
    )

    assert person.walk(until="first").decision.disposition == "EMERGENCY"


def test_accident_is_not_an_emergency_before_we_asked_whether_it_was_checked():
    person = Person(pain_sites="low_back", onset="major_trauma", trauma_checked="no")

    assert person.walk(until="more-19").decision.disposition == "INCOMPLETE"
    assert person.walk(until="effect").decision.flags == ("PAIN-ADAPT", "TRAUMA-MAJOR")


def test_cancer_alone_is_not_urgent_before_the_pain_was_described():
    person = Person(pain_sites="low_back", first="cancer", cancer="past").walk(until="effect")

    assert person.decision.disposition == "INCOMPLETE"


def test_fever_with_old_back_pain_waits_for_the_plain_cold_question():
    person = Person(
        pain_sites="low_back", duration="gt_12w", trend="same", first="fever", fever_cause_cold="no"
    )

    assert person.walk(until="more-18").decision.disposition == "INCOMPLETE"
    assert person.walk(until="effect").decision.flags == (
        "ILL-NOW",
        "INFECTION-FEVER",
        "PAIN-ADAPT",
    )


def test_note_that_mentions_a_denied_item_asks_it_once_more():
    person = Person(pain_sites="low_back", free_text="cant feel when i wipe since tuesday").walk()

    assert person.seen[-2:] == ["exercise", "once-more"]
    assert person.decision.disposition == "CAUTION"
    assert person.decision.modifiers == ("reask_emergency", "safety_net")


def test_note_asks_again_even_about_items_off_the_path():
    person = Person(free_text="numb in the groin", saddle_numb="new_2w", first="saddle_numb").walk()

    assert person.decision.flags == ("CES-SADDLE-NOPAIN",)


def test_every_page_can_be_reached_and_every_answer_ends_the_path():
    asked = questionnaire()
    seen = set()
    walks = [
        Person(age="12", now=["chest_pain", "breathless", "faint"]),
        Person(
            age="60",
            pain_sites="low_back",
            leg_symptoms="both",
            first="not_sure",
            **dict.fromkeys(["saddle_numb", "bladder", "bowel"], "not_sure"),
            onset="major_trauma",
            duration="gt_12w",
        ),
        Person(
            pain_sites="mid_back",
            first=["saddle_numb", "fever"],
            saddle_numb="longstanding",
            lately="weight_loss",
            history=["conditions", "high_bp", "surgery", "pregnancy", "iv_drug"],
            conditions="heart",
            pregnancy="pregnant",
            free_text="i wet myself",
        ),
    ]
    for person in walks:
        seen |= set(person.walk().seen)
        assert asked.missing(person.answers) == ()
        assert UNANSWERED not in asked.facts(person.answers).values()
    assert seen == {page.slug for page in asked.pages}


def test_no_slug_names_a_symptom():
    words = {word for page in questionnaire().pages for word in page.slug.split("-")}
    neutral = {
        *["start", "with", "you", "now", "pain", "first", "course", "effect", "pattern"],
        *["before", "lately", "history", "exercise", "once", "more"],
    }

    assert {word for word in words if not word.isdigit()} == neutral


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_walk_ends_and_never_clears_silence(data):
    """Whatever is answered, the path ends, and on the way there the outcome is never CLEAR."""
    asked = questionnaire()
    answers, page, pressed = {}, asked.next_page({}), 0
    while page and pressed < 90:
        answers, errors = asked.take(page, answers, drawn(data, page), now=None)
        assert errors == {}
        assert asked.prune(answers) == answers
        decision = decide(asked.facts(answers))
        page, pressed = asked.next_page(answers, page), pressed + 1
        assert (page is None) is (asked.missing(answers) == ())
        if page:
            assert decision.disposition in {"INCOMPLETE", "URGENT", "EMERGENCY"}
    assert page is None


def drawn(data, page):
    asked = questionnaire()
    groups = {}
    if page.ticks:
        some = st.lists(st.sampled_from(page.ticks), min_size=1, max_size=3, unique=True)
        alone = [["none"], ["not_sure"]] if page.not_sure else [["none"]]
        groups["ticks"] = data.draw(st.one_of(st.sampled_from(alone), some))
    return {**groups, **{key: [data.draw(one_answer(asked.questions[key]))] for key in page.asks}}


def one_answer(question):
    if question.key == "age":
        return st.integers(40, 90).map(str)
    if question.kind in {"number", "scale"}:
        return st.integers(question.minimum, min(question.maximum, 40)).map(str)
    if question.kind == "text":
        return st.sampled_from(["", "no numbness", "numb in my groin", "my foot drags"])
    return st.sampled_from(question.values)
