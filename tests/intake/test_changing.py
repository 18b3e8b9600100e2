"""Going back, changing, coming back and doing two things at once."""

from dataclasses import replace

from sqlalchemy import select

from portal.extensions import db, transaction
from portal.intake import reasons, sheet
from portal.intake.models import Decision, Intake
from portal.leads.links import health_check_token
from portal.leads.models import Activity
from tests.intake.test_road_to_result import BACK, decisions, story, the_lead, waiting_mail
from tests.intake.walker import Walker


def answers() -> dict[str, object]:
    db.session.rollback()
    return dict(sheet.read(db.session.scalars(select(Intake)).one()).answers)


def other_tab(walker: Walker) -> Walker:
    return Walker(walker.client, walker.page.path, **walker.answers)


def test_back_shows_what_was_answered(starts):
    walker = starts(**BACK, breathless="mild_exertion_or_lying")
    walker.walk(until="/pain")
    page = walker.visit(walker.page.link("Back"))
    assert page.kept("breathless") == ["mild_exertion_or_lying"]
    page = walker.visit(page.link("Back"))
    assert page.kept("ticks") == ["breathless"]
    page = walker.visit(page.link("Back"))
    assert page.kept("age") == ["35"]
    assert "You have answered some of this already." in page.says


def test_back_and_continue_goes_on_at_the_first_open_page(starts):
    walker = starts(**BACK)
    walker.walk(until="/effect")
    walker.visit(walker.page.path.replace("/effect", "/now"))
    assert walker.press().path.endswith("/effect")


def test_check_lists_every_answer_in_words(starts):
    walker = starts(**BACK, conditions=["asthma_copd"], goals="Lift my shopping")
    page = walker.walk(until="/check")
    assert page.heading == "Check your answers"
    for words in ("Where it hurts Low back", "How long this time 2 to 6 weeks", "Asthma or COPD"):
        assert words in page.says
    assert "Lift my shopping" in page.says
    assert "Anything else Not provided" in page.says


def test_change_leads_straight_back_to_the_list(starts):
    walker = starts(**BACK)
    walker.walk(until="/check")
    page = walker.visit(walker.page.link("Change your answer: How it is changing"))
    assert page.kept("trend") == ["same"]
    page = walker.press(trend="better")
    assert page.path.endswith("/check")
    assert "How it is changing Getting better" in page.says


def test_change_asks_what_it_opens_before_the_list(starts):
    walker = starts(cancer="past")
    walker.walk(until="/check")
    walker.visit(walker.page.path.replace("/check", "/pain"))
    assert walker.press(pain_sites=["low_back"]).path.endswith("/course")
    page = walker.press()
    assert page.path.endswith("/first")
    assert page.kept("ticks") == ["cancer"]
    assert walker.press().path.endswith("/effect")
    assert walker.walk(until="/check").path.endswith("/check")


def test_answers_of_pages_off_the_way_are_dropped(starts):
    walker = starts(**BACK, iv_drug="prefer_not")
    walker.walk(until="/exercise")
    assert {"onset", "nprs", "iv_drug"} <= set(answers())
    walker.visit(walker.page.path.replace("/exercise", "/pain"))
    walker.press(pain_sites=["none"])
    assert set(answers()).isdisjoint({"onset", "nprs", "iv_drug", "saddle_numb"})


def test_link_goes_on_from_another_device(starts, app, clock):
    walker = starts(**BACK)
    start = walker.page.path
    walker.walk(until="/effect")
    clock.advance(days=6, hours=23)
    elsewhere = Walker(app.test_client(), start, **walker.answers)
    assert "You have answered some of this already." in elsewhere.page.says
    assert elsewhere.visit(elsewhere.page.link("Go on where you stopped")).path.endswith("/effect")
    assert elsewhere.walk().disposition == "CAUTION"


def test_two_tabs_keep_each_others_answers(starts):
    walker = starts()
    walker.walk(until="/pain")
    second = other_tab(walker)
    walker.press(pain_sites=["knee"])
    walker.press()
    walker.press()
    second.visit(second.page.path.replace("/pain", "/now"))
    second.press(ticks=["faint"])
    second.press(faint="other")
    kept = answers()
    assert (kept["pain_sites"], kept["faint"], kept["leg_weakness"]) == (["knee"], "other", "none")


def test_tab_on_a_page_that_is_gone_is_still_heard_when_it_matters(starts):
    walker = starts(**BACK, saddle_numb="new_2w")
    walker.walk(until="/more-5")
    late = other_tab(walker)
    walker.visit(walker.page.path.replace("/more-5", "/pain"))
    walker.press(pain_sites=["none"])
    page = late.press(saddle_numb="new_2w")
    assert page.disposition == "URGENT"
    assert the_lead().disposition == "URGENT"


def test_save_counts_and_an_unchanged_page_does_not(starts):
    walker = starts()
    walker.walk(until="/pain")
    version = db.session.scalars(select(Intake.version)).one()
    walker.visit(walker.page.path.replace("/pain", "/now"))
    walker.press()
    assert db.session.scalars(select(Intake.version)).one() == version


def test_emergency_is_not_taken_back_without_a_word(starts):
    walker = starts(chest_pain="now_12h")
    page = walker.walk()
    walker.visit(page.link("Change your answer"))
    page = walker.press(chest_pain="none")
    assert page.path.endswith("/sure")
    assert "chest pain, pressure or tightness now or in the last 12 hours" in page.says
    assert answers()["chest_pain"] == "now_12h"
    assert the_lead().disposition == "EMERGENCY"

    page = walker.press(sure=None)
    assert page.status == 422
    assert "Select whether it was a mistake or it is right" in page.says


def test_emergency_that_is_right_after_all_stands(starts):
    walker = starts(chest_pain="now_12h")
    walker.visit(walker.walk().link("Change your answer"))
    walker.press(chest_pain="none")
    page = walker.press(sure="right")
    assert page.disposition == "EMERGENCY"
    assert answers()["chest_pain"] == "now_12h"
    assert "emergency_taken_back" not in story()


def test_emergency_taken_back_is_kept_in_the_story_without_the_answer(starts):
    walker = starts(chest_pain="now_12h")
    walker.visit(walker.walk().link("Change your answer"))
    walker.press(chest_pain="none")
    page = walker.press(sure="mistake")
    assert page.path.endswith("/pain")
    assert the_lead().disposition == "EMERGENCY"
    assert walker.visit(page.path.replace("/pain", "/result")).disposition == "INCOMPLETE"

    walker.visit(page.path)
    assert walker.walk().disposition == "CLEAR"
    assert the_lead().disposition == "CLEAR"
    assert decisions() == [("EMERGENCY", False), ("CLEAR", True)]
    assert story() == [
        "health_check_started",
        "emergency_shown",
        "emergency_taken_back",
        "health_check_sent",
    ]
    details = db.session.scalars(select(Activity.detail)).all()
    assert "chest" not in str(details)


def test_emergency_taken_back_and_left_stays_one_at_the_desk(starts):
    walker = starts(chest_pain="now_12h")
    walker.visit(walker.walk().link("Change your answer"))
    walker.press(chest_pain="none")
    walker.press(sure="mistake")
    walker.visit(walker.page.path.replace("/pain", "/check"))
    page = walker.press()
    assert page.disposition == "INCOMPLETE"
    assert the_lead().disposition == "EMERGENCY"


def test_pain_taken_back_after_an_emergency_is_asked_about_too(starts):
    walker = starts(**BACK, saddle_numb="new_2w")
    page = walker.walk()
    walker.visit(page.path.replace("/result", "/pain"))
    page = walker.press(pain_sites=["none"])
    assert page.path.endswith("/sure")
    assert walker.press(sure="mistake").disposition == "URGENT"


def test_changed_answer_after_the_end_has_to_be_sent_again(starts):
    walker = starts()
    page = walker.walk()
    walker.visit(page.link("Check and change"))
    walker.visit(walker.page.link("Change your answer: Do any of these fit you?"))
    walker.press(ticks=["surgery"])
    page = walker.press(surgery="lt_12w")
    assert page.path.endswith("/check")
    lead = the_lead()
    assert (lead.disposition, lead.hold) == ("INCOMPLETE", "all")
    assert walker.visit(page.path.replace("/check", "/result")).path.endswith("/check")

    assert walker.press().disposition == "REFERRAL"
    assert the_lead().disposition == "REFERRAL"
    assert decisions() == [
        ("CLEAR", True),
        ("INCOMPLETE", False),
        ("REFERRAL", True),
    ]
    assert waiting_mail() == ["request_received"]


def test_changed_answer_after_a_referral_does_not_lower_it_until_it_is_sent(starts):
    walker = starts(surgery="lt_12w")
    walker.visit(walker.walk().path.replace("/result", "/history"))
    page = walker.press(ticks=["none"])
    assert page.path.endswith("/check")
    assert the_lead().disposition == "REFERRAL"
    assert walker.press().disposition == "CLEAR"
    assert the_lead().disposition == "CLEAR"


def test_new_emergency_after_the_end_shows_at_once(starts):
    walker = starts()
    walker.visit(walker.walk().path.replace("/result", "/now"))
    assert walker.press(ticks=["stroke_signs"]).disposition == "EMERGENCY"
    assert the_lead().disposition == "EMERGENCY"


def test_result_is_read_from_what_was_stored(starts):
    walker = starts(surgery="lt_12w")
    path = walker.walk().path
    with transaction():
        stored = db.session.scalars(select(Decision)).one()
        kept = replace(reasons.read(stored), said=("the words of that day",))
        stored.reasons = reasons.seal(stored.place, kept, person=stored.intake.person)
    assert "the words of that day" in walker.visit(path).says


def test_second_enquiry_of_the_same_person_has_a_check_of_its_own(client, asks, starts):
    enquiry = asks()
    starts(enquiry, chest_pain="now_12h").walk()
    second = asks()
    page = Walker(client, f"/health-check/{health_check_token(second)}/").walk()
    assert page.disposition == "CLEAR"
