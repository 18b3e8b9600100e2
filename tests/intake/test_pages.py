"""What every page of the health check is: kept, harmless to read, and the person's own."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select

from portal.extensions import db
from portal.intake.models import Intake
from portal.leads.links import health_check_token
from portal.leads.models import Consent, Held, Kind, Lead, Purpose, Status
from portal.screening import questionnaire
from tests.intake.test_road_to_result import BACK
from tests.intake.walker import Document, Walker

EVERYTHING = {
    **BACK,
    "chest_pain": "gt_3d",
    "breathless": "mild_exertion_or_lying",
    "leg_symptoms": "one",
    "leg_course": "stable",
    "cancer": "past",
    "weight_loss": "no",
    "conditions": ["heart"],
    "high_bp": "controlled",
    "surgery": "spine_old",
    "pregnancy": "pregnant",
    "preg_complication": "no",
    "preg_warning": "no",
    "iv_drug": "prefer_not",
}


def consents() -> list[Consent]:
    db.session.rollback()
    return list(db.session.scalars(select(Consent)))


def test_start_says_what_it_is_and_asks_to_agree(starts):
    page = starts().page
    assert page.heading == "A few health questions"
    assert "They take about 2 minutes." in page.says
    assert "We are fitness professionals." in page.says
    assert "I agree that Trueline can use my health answers" in page.says
    assert "Only the coaches and front desk team at this studio." in page.says
    assert page.kept("consent") == []


def test_start_without_agreement_keeps_the_age_and_stores_nothing(starts):
    page = starts(age=42).press(consent=None)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert "Select the box to agree, or call us on 555-010-0142 to talk instead" in page.says
    assert page.kept("age") == ["42"]
    assert consents() == []
    assert db.session.scalars(select(Intake)).all() == []


def test_start_with_an_impossible_age_keeps_the_agreement(starts):
    page = starts().press(age="four")
    assert page.status == 422
    assert (page.kept("age"), page.kept("consent")) == (["four"], ["yes"])
    assert consents() == []


def test_agreement_is_kept_in_the_words_that_were_read(starts):
    starts().press()
    kept = consents()
    assert [(each.purpose, each.wording, each.wording_version) for each in kept] == [
        (
            Purpose.HEALTH,
            "I agree that Trueline can use my health answers to decide how to start with me",
            "2026.1",
        )
    ]


def test_start_sent_twice_is_one_agreement_and_one_check(starts):
    walker = starts()
    fields = {"csrf_token": walker.page.kept("csrf_token")[0], "age": "35", "consent": "yes"}
    for _ in range(2):
        assert walker.client.post(walker.page.path, data=fields).status_code == 303
    assert len(consents()) == 1
    assert len(db.session.scalars(select(Intake)).all()) == 1


@pytest.mark.parametrize("place", ["now", "pain", "check", "result", "sure", "more-1"])
def test_page_before_the_agreement_leads_to_the_start(starts, place):
    walker = starts()
    start = walker.page.path
    assert walker.visit(f"{start}{place}").path == start


def test_unknown_page_is_not_found(starts):
    walker = starts()
    walker.press()
    assert walker.client.get(walker.page.path.replace("/now", "/chest-pain")).status_code == 404
    assert walker.visit(walker.page.path.replace("/now", "/start")).path.endswith("/")


def test_page_off_the_way_leads_to_the_next_one(starts):
    walker = starts()
    walker.walk(until="/first")
    assert walker.visit(walker.page.path.replace("/first", "/course")).path.endswith("/first")


def test_skipped_page_comes_back(starts):
    walker = starts()
    walker.walk(until="/now")
    walker.visit(walker.page.path.replace("/now", "/first"))
    walker.walk(until="/now")
    assert walker.walk().disposition == "CLEAR"


def test_reading_any_page_writes_nothing(starts, app):
    walker = starts(**EVERYTHING)
    paths = [walker.page.path]
    while not walker.page.disposition:
        walker.press()
        paths.append(walker.page.path)
    token = paths[0]
    written: list[str] = []

    def note(connection, cursor, statement, *rest):
        if re.match(r"\s*(insert|update|delete)", statement, re.IGNORECASE):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    for path in [
        *paths,
        *(f"{token}{end}" for end in ("check", "result", "sure", "later", "fresh")),
    ]:
        walker.client.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(paths) > 20
    assert written == []


def test_no_page_may_be_stored_and_every_page_has_one_form_to_itself(starts):
    walker = starts(**EVERYTHING)
    while not walker.page.disposition:
        answer = walker.client.get(walker.page.path)
        page = Document(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert [each.get("method") for each in page.main.iter("form")] == ["post"]
        assert page.form.get("action") == walker.page.path
        walker.press()


def test_address_of_a_page_never_names_a_symptom():
    assert [page.slug for page in questionnaire().pages if not page.slug.startswith("more-")] == [
        "start",
        "with-you",
        "now",
        "pain",
        "course",
        "first",
        "effect",
        "pattern",
        "before",
        "lately",
        "history",
        "exercise",
        "once-more",
    ]


def test_every_control_bears_an_answer_key_and_its_values(starts):
    walker = starts(**EVERYTHING)
    asked = questionnaire().questions
    while not walker.page.disposition and not walker.page.path.endswith("/check"):
        for name, controls in walker.page.controls.items():
            values = {each.get("value") for each in controls if each.get("type") != "hidden"}
            if name == "ticks":
                assert values - {"none", "not_sure"} <= set(asked)
            elif name not in {"csrf_token", "consent"}:
                question = asked[name]
                if question.options:
                    assert values - {"none"} == set(question.values) - {"none"}
        walker.press()


def test_empty_group_says_so_above_and_beside(starts):
    walker = starts()
    walker.walk(until="/now")
    page = walker.press(ticks=None)
    words = 'Select what you have noticed, or select "None of these"'
    assert page.status == 422
    assert page.title.startswith("Error: Do any of these apply to you?")
    assert page.says.count(words) == 2
    assert page.link(words) == "#ticks"


def test_none_of_these_with_others_is_refused_and_kept(starts):
    walker = starts()
    walker.walk(until="/now")
    page = walker.press(ticks=["faint", "none"])
    assert page.status == 422
    assert page.kept("ticks") == ["faint", "none"]


def test_value_that_nobody_offered_is_refused(starts):
    walker = starts(**BACK)
    walker.walk(until="/course")
    assert walker.press(duration="forever").status == 422


def test_stale_token_keeps_everything_and_asks_for_one_more_press(starts, clock):
    walker = starts(**BACK)
    walker.walk(until="/course")
    page = walker.press(csrf_token="forged", trend="worse")
    assert page.status == 422
    assert "we need you to send it again" in page.says
    assert page.kept("trend") == ["worse"]
    assert walker.press(trend="worse").path.endswith("/first")


def test_numbers_count_up_and_the_total_never_grows(starts):
    walker = starts(**EVERYTHING)
    seen = []
    while not walker.page.disposition and not walker.page.path.endswith("/check"):
        seen.append(re.search(r"question (\d+)(?: of (\d+))?(?:, part (\d+))?", walker.page.says))
        walker.press()
    totals = [int(each[2]) for each in seen if each[2]]
    assert [each[0] for each in seen[:5]] == [
        "question 1",
        "question 2",
        "question 2, part 2",
        "question 2, part 3",
        "question 3",
    ]
    assert totals == [11] * len(totals)
    assert [int(each[1]) for each in seen] == sorted(int(each[1]) for each in seen)
    assert int(seen[-1][1]) == 11


def test_day_pass_ends_with_its_day(starts, asks):
    page = starts(asks(kind=Kind.DAY_PASS)).walk()
    assert page.heading == "See you Saturday, November 28, Robin."


def test_lead_held_for_being_too_fast_is_let_in_by_going_on(starts, asks):
    starts(asks(status=Status.HELD, held_because=Held.HASTE)).press()
    db.session.rollback()
    lead = db.session.scalars(select(Lead)).one()
    assert (lead.status, lead.held_because) == (Status.UNFINISHED, None)


def test_year_of_birth_is_counted_in_the_studios_own_zone(starts, clock):
    clock.move_to(datetime(2027, 1, 1, 5, 0, tzinfo=UTC))
    walker = starts(age=1984)
    walker.press()
    page = walker.visit(walker.page.path.replace("/now", "/"))
    assert page.kept("age") == ["42"]


def test_link_of_one_person_never_opens_anothers_answers(client, asks):
    first, second = asks(name="Robin Test"), asks(name="Alex Test")
    one = Walker(client, f"/health-check/{health_check_token(first)}/", chest_pain="now_12h")
    one.walk()
    other = Walker(client, f"/health-check/{health_check_token(second)}/")
    assert other.page.kept("age") == [""]
    assert other.visit(f"/health-check/{health_check_token(second)}/result").path.endswith("/")
    other.press()
    assert other.visit(other.page.path).kept("ticks") == []


def test_form_of_one_person_is_refused_by_anothers_link(client, asks):
    first, second = asks(), asks()
    one = Walker(client, f"/health-check/{health_check_token(first)}/")
    other = Walker(client, f"/health-check/{health_check_token(second)}/")
    assert other.press(csrf_token=one.page.kept("csrf_token")[0]).status == 422
