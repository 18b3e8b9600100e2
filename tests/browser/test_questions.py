"""Question after question: the address, the title and the focus go along, and Back goes back."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from portal.intake.models import Decision, Intake
from portal.leads.models import Activity, Consent
from tests.browser.conftest import Visit
from tests.browser.hands import Hands, until
from tests.browser.test_forms import NOISE, UNSENT, break_line, mend_line, rows
from tests.stranger import Person
from tests.test_journey import BACK

SCRIPTED = pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "plain"])
ANSWERS = {**BACK, "leg_symptoms": "one", "leg_course": "stable", "surgery": "spine_old"}


class Stop(NamedTuple):
    """What changes from one question to the next."""

    url: str
    title: str
    heading: str


def stop(page: Page) -> Stop:
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_focused()
    return Stop(page.url, page.title(), heading.inner_text())


@SCRIPTED
def test_each_question_has_its_own_address_title_and_heading_in_focus(
    visit: Visit, asked, javascript
):
    page = visit(asked(**ANSWERS).page.path, javascript=javascript)
    stops: list[Stop] = []
    steps = page.evaluate("history.length")
    Hands(page, Person(ANSWERS)).walk(each=lambda: stops.append(stop(page)))

    assert len(stops) > 12
    for of_all in zip(*stops[:-1], strict=True):
        assert len(set(of_all)) == len(stops) - 1
    for each in stops[:-2]:
        assert each.title.startswith(each.heading)
    assert page.evaluate("history.length") == steps + len(stops) - 1


@SCRIPTED
def test_back_shows_each_question_before_with_its_answer(visit: Visit, asked, javascript):
    page = visit(asked(**ANSWERS).page.path, javascript=javascript)
    hands, seen = Hands(page, Person(ANSWERS)), []
    while hands.place != "effect":
        seen.append(page.url)
        hands.fill()
        hands.press()

    for url in reversed(seen):
        page.go_back()
        page.wait_for_url(url)
        expect(page.locator("main form")).to_have_attribute("action", urlsplit(url).path)
        for control in hands.controls():
            if control.kind != "hidden":
                assert (control.name, control.standing) == (control.name, kept(control))


def kept(control) -> list[str]:
    """Return what was answered, as the page gives it back."""
    return ["yes"] if control.name == "consent" else Person(ANSWERS).reply(control)


@pytest.mark.parametrize("trouble", ["offline", "500"])
def test_question_that_cannot_be_sent_says_so_and_keeps_the_answers(visit: Visit, asked, trouble):
    visit.expects(*NOISE)
    page = visit(asked().walk("pain").path)
    hands = Hands(page, Person(BACK))
    hands.fill()
    break_line(page, trouble)
    button = page.get_by_role("button", name="Continue")
    button.click()

    expect(page.locator("#notice")).to_contain_text(UNSENT)
    expect(button).to_be_focused()
    expect(page.get_by_label("Low back")).to_be_checked()

    mend_line(page, trouble)
    hands.press()
    assert hands.place != "pain"
    expect(page.locator("#notice")).to_be_empty()


@SCRIPTED
@pytest.mark.parametrize("twice", ["click", "Enter"])
def test_agreement_sent_twice_at_once_is_one_health_check(
    visit: Visit, asked, live_app, javascript, twice
):
    page = visit(asked().page.path, javascript=javascript)
    hands = Hands(page, Person({}))
    hands.fill()
    send_twice(page, twice)
    until(page, lambda: page.url.endswith("/now"))
    page.wait_for_load_state("networkidle")

    assert rows(live_app, Intake, Consent) == [1, 2]


@SCRIPTED
@pytest.mark.parametrize("twice", ["click", "Enter"])
def test_alarm_sent_twice_at_once_is_one_decision(visit: Visit, asked, live_app, javascript, twice):
    page = visit(asked(chest_pain="now_12h").walk("more-1").path, javascript=javascript)
    hands = Hands(page, Person({"chest_pain": "now_12h"}))
    hands.fill()
    before = rows(live_app, Activity)[0]
    send_twice(page, twice)
    until(page, lambda: page.url.endswith("/result"))
    page.wait_for_load_state("networkidle")

    assert hands.disposition == "EMERGENCY"
    assert rows(live_app, Decision, Activity) == [1, before + 1]


def send_twice(page: Page, twice: str) -> None:
    button = page.get_by_role("button", name=re.compile("^Continue"))
    if twice == "click":
        button.dblclick(delay=10)
    else:
        button.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")


def test_progress_and_emergency_line_are_on_every_question(visit: Visit, asked):
    page = visit(asked().page.path)

    def look() -> None:
        if hands.place not in {"check", "result"}:
            expect(page.get_by_text(re.compile(r"Health check: question \d"))).to_be_visible()
            emergency = page.get_by_role("complementary", name="Emergency help")
            expect(emergency.get_by_role("link", name="911")).to_be_visible()

    hands = Hands(page, Person({}))
    hands.walk(each=look)
    assert hands.disposition == "CLEAR"
