"""From the link to the outcome, page by page and without JavaScript, ending at the lead's row."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.clock import now
from portal.extensions import db, transaction
from portal.intake.models import Decision, Intake
from portal.leads.models import RANK, Activity, Lead, Status
from portal.mail.models import OutboxMail

BACK = {"pain_sites": ["low_back"], "duration": "2_6w", "trend": "same", "aggravators": ["flexion"]}
FEVERISH = {**BACK, "fever": "yes"}


def the_lead() -> Lead:
    db.session.rollback()
    return db.session.scalars(select(Lead)).one()


def story() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Activity.kind).order_by(Activity.id)))


def decisions() -> list[tuple[str, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(Decision).order_by(Decision.id))
    return [(row.disposition.value, row.complete) for row in rows]


def waiting_mail() -> list[str]:
    rows = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id))
    return [row.kind for row in rows if row.state == "ready"]


def due() -> str:
    return the_lead().due_at.strftime("%a %H:%M")


def test_healthy_person_is_clear_after_eight_presses_at_most(starts):
    walker = starts()
    page = walker.walk()
    lead = the_lead()
    assert page.disposition == "CLEAR"
    assert walker.presses <= 8
    assert (lead.disposition, lead.status, lead.hold, lead.open_rank) == (
        "CLEAR",
        Status.WAITING,
        "none",
        RANK["CLEAR"],
    )
    assert story() == ["health_check_started", "health_check_sent"]
    assert decisions() == [("CLEAR", True)]
    assert waiting_mail() == ["request_received"]
    assert due() == "Mon 18:00"


def test_person_with_back_pain_is_adapted_for_after_thirteen_presses_at_most(starts):
    walker = starts(**BACK)
    page = walker.walk()
    lead = the_lead()
    assert page.disposition == "CAUTION"
    assert walker.presses <= 13
    assert (lead.disposition, lead.hold, lead.open_rank) == ("CAUTION", "none", RANK["CAUTION"])
    assert waiting_mail() == ["request_received"]


def test_back_pain_down_one_leg_stays_within_thirteen_presses(starts):
    walker = starts(**BACK, leg_symptoms="one", leg_course="stable", pain_previously_assessed="yes")
    assert walker.walk().disposition == "CAUTION"
    assert walker.presses <= 13


def test_recent_operation_is_referred_first_and_held(starts):
    page = starts(surgery="lt_12w").walk()
    lead = the_lead()
    assert page.disposition == "REFERRAL"
    assert (lead.disposition, lead.hold, lead.timeframe) == ("REFERRAL", "all", "within_2_weeks")
    assert lead.is_held_back
    assert waiting_mail() == ["request_received"]
    assert due() == "Sun 23:00"


def test_new_weakness_is_urgent_the_moment_it_is_said(starts):
    walker = starts(**BACK, leg_weakness="new_one")
    page = walker.walk()
    lead = the_lead()
    assert page.disposition == "URGENT"
    assert walker.presses == 6
    assert (lead.disposition, lead.status, lead.hold, lead.open_rank) == (
        "URGENT",
        Status.WAITING,
        "all",
        RANK["URGENT"],
    )
    assert story() == ["health_check_started", "urgent_shown"]
    assert decisions() == [("URGENT", False)]
    assert waiting_mail() == ["staff_alert"]
    assert due() == "Sun 18:15"


def test_chest_pain_now_is_an_emergency_the_moment_it_is_said(starts):
    walker = starts(chest_pain="now_12h")
    page = walker.walk()
    lead = the_lead()
    assert page.disposition == "EMERGENCY"
    assert walker.presses == 3
    assert (lead.disposition, lead.hold, lead.open_rank) == ("EMERGENCY", "all", RANK["EMERGENCY"])
    assert story() == ["health_check_started", "emergency_shown"]
    assert waiting_mail() == ["staff_alert"]
    assert due() == "Sun 18:05"


def test_numbness_between_the_legs_is_an_emergency_at_its_own_page(starts):
    walker = starts(**BACK, saddle_numb="new_2w")
    assert walker.walk().disposition == "EMERGENCY"
    assert walker.presses == 6


def test_jump_to_the_end_names_what_is_missing_and_books_nothing(starts):
    walker = starts(**BACK)
    walker.walk(until="/first")
    page = walker.visit(walker.page.path.replace("/first", "/check"))
    assert page.disposition == "INCOMPLETE"
    assert page.heading == "A few more answers, please"
    assert "Have you noticed any of these?" in page.says
    assert the_lead().disposition is None

    page = walker.press()
    lead = the_lead()
    assert page.disposition == "INCOMPLETE"
    assert (lead.disposition, lead.status, lead.hold, lead.open_rank) == (
        "INCOMPLETE",
        Status.WAITING,
        "all",
        RANK["INCOMPLETE"],
    )
    assert story() == ["health_check_started", "health_check_incomplete"]
    assert decisions() == [("INCOMPLETE", False)]


def test_missing_answer_of_a_ticked_item_comes_back_by_name(starts):
    walker = starts(**BACK, bladder="longstanding", ces_explained="yes")
    walker.walk(until="/more-7")
    walker.visit(walker.page.path.replace("/more-7", "/course"))
    page = walker.walk(until="/more-7")
    assert walker.press(bladder=None).status == 422
    page = walker.visit(page.path.replace("/more-7", "/check"))
    assert page.disposition == "INCOMPLETE"
    assert "Has anything changed with your pee?" in page.says
    walker.visit(page.link("Answer this"))
    assert walker.walk().disposition == "CAUTION"


def test_result_reached_by_address_before_the_end_asks_for_the_rest(starts):
    walker = starts()
    walker.walk(until="/pain")
    page = walker.visit(walker.page.path.replace("/pain", "/result"))
    assert page.disposition == "INCOMPLETE"


def test_emergency_outranks_what_is_missing(starts):
    walker = starts(stroke_signs="yes")
    page = walker.walk()
    for place in ("/check", "/result"):
        assert walker.visit(page.path.replace("/result", place)).disposition == "EMERGENCY"


def test_wrong_control_beside_it_does_not_hold_an_urgent_answer_up(starts):
    walker = starts(**BACK, cancer="past")
    walker.walk(until="/pattern")
    page = walker.press(pain_pattern="constant", night_pain=None, morning_stiff=None)
    assert page.disposition == "URGENT"


def test_wrong_control_beside_a_harmless_answer_saves_nothing(starts):
    walker = starts(**BACK)
    walker.walk(until="/course")
    page = walker.press(duration=None)
    assert page.status == 422
    assert (page.kept("onset"), page.kept("trend")) == (["gradual"], ["same"])
    fresh = walker.visit(page.path)
    assert fresh.kept("onset") == []


def test_urgent_waits_for_the_details_of_what_was_ticked_with_it(starts):
    walker = starts(**FEVERISH, saddle_numb="new_2w")
    walker.walk(until="/first")
    page = walker.press()
    assert page.path.endswith("/more-5")
    assert the_lead().disposition == "URGENT"
    assert walker.press().disposition == "EMERGENCY"
    assert the_lead().disposition == "EMERGENCY"


def test_detail_left_empty_does_not_hold_an_urgent_answer_up(starts):
    walker = starts(**FEVERISH, saddle_numb="new_2w")
    walker.walk(until="/more-5")
    assert walker.press(saddle_numb=None).disposition == "URGENT"
    assert story()[-1] == "urgent_shown"


def test_level_rises_when_more_is_told_and_both_decisions_stay(starts):
    walker = starts(**FEVERISH)
    page = walker.walk()
    assert page.disposition == "URGENT"
    walker.visit(page.link("Check and change"))
    walker.answers["saddle_numb"] = "new_2w"
    walker.press()
    assert walker.press().disposition == "EMERGENCY"
    assert decisions() == [("URGENT", False), ("URGENT", False), ("EMERGENCY", False)]
    assert waiting_mail() == ["staff_alert", "staff_alert"]


def test_double_press_on_the_last_page_sends_once(starts):
    walker = starts()
    walker.walk(until="/check")
    token = walker.page.kept("csrf_token")[0]
    for _ in range(2):
        answer = walker.client.post(walker.page.path, data={"csrf_token": token})
        assert answer.status_code == 303
    assert decisions() == [("CLEAR", True)]
    assert story() == ["health_check_started", "health_check_sent"]


def test_double_press_on_an_alarm_tells_the_desk_once(starts):
    walker = starts(chest_pain="now_12h")
    walker.walk(until="/more-1")
    fields = {"csrf_token": walker.page.kept("csrf_token")[0], "chest_pain": "now_12h"}
    for _ in range(2):
        assert walker.client.post(walker.page.path, data=fields).status_code == 303
    assert decisions() == [("EMERGENCY", False)]
    assert waiting_mail() == ["staff_alert"]
    assert db.session.scalars(select(Intake)).one().version == 4


@pytest.mark.parametrize(("age", "present"), [(14, "no"), (14, "yes"), (16, None), (17, None)])
def test_young_person_needs_a_guardian(starts, age, present):
    page = starts(age=age, guardian_present=present or "no").walk()
    alone = present == "no"
    assert (page.heading == "You need to be 16 or over to train on your own") is alone
    assert "parent or guardian" in page.says
    assert page.says.count("needs to agree first") == (0 if alone else 1)
    assert the_lead().is_held_back is alone


def test_childs_emergency_comes_before_the_guardian(starts):
    page = starts(age=14, guardian_present="no", stroke_signs="yes").walk()
    assert page.disposition == "EMERGENCY"


def test_incomplete_sent_again_reopens_what_the_desk_had_closed(starts):
    walker = starts()
    walker.walk(until="/pain")
    check = walker.page.path.replace("/pain", "/check")
    walker.visit(check)
    walker.press()
    with transaction():
        the_lead().close(Status.DONE, at=now())
    walker.visit(check.replace("/check", "/pain"))
    walker.press()
    walker.visit(check)
    walker.press()
    assert the_lead().status is Status.WAITING


def test_further_urgent_answer_wakes_a_snoozed_lead_and_leaves_a_waiting_ones_clock(starts, clock):
    walker = starts(**FEVERISH)
    path = walker.walk().path.replace("/result", "/first")
    first_due = the_lead().due_at
    clock.advance(minutes=5)
    walker.visit(path)
    walker.press(ticks=["fever", "cancer"])
    assert the_lead().due_at == first_due

    with transaction():
        the_lead().snooze(until=now() + timedelta(hours=3), at=now())
    walker.visit(path)
    walker.press(ticks=["fever"])
    assert the_lead().snoozed_until is None
    assert the_lead().due_at == now() + timedelta(minutes=15)
