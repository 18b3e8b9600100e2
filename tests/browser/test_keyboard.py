"""By keyboard alone: the whole road, a ring around every stop, and nothing on top of it."""

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.focus import tab_to, tour
from tests.browser.hands import Hands
from tests.browser.stage import Stage
from tests.browser.states import STATES
from tests.stranger import ROBIN, Control, Person
from tests.test_journey import BACK

TOURS = (
    *["home", "article", "privacy", "consult", "consult-refused", "day-pass-dialog-refused"],
    *["start", "ticks", "several", "scales", "text-refused", "check", "still-open", "sure"],
    *["emergency", "urgent", "referral", "caution", "clear", "sign-in-refused", "missing"],
    *["reply-refused", "reply-emergency", "desk-reply-flagged"],
    *["lead", "lead-answers", "call-menu", "outbox"],
)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", TOURS)
def test_every_stop_has_a_ring_and_nothing_lies_on_top_of_it(
    visit: Visit, live_app: Flask, name, width
):
    page = STATES[name](Stage(visit, live_app))
    page.set_viewport_size({"width": width, "height": 700})
    stops = tour(page)

    assert stops
    assert [stop.what for stop in stops if not stop.ringed] == []
    assert [(stop.what, stop.by) for stop in stops if stop.covered] == []


def test_skip_link_comes_first_and_leads_past_the_header(visit: Visit):
    page = visit("/articles/sore-back")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


class Keyboard(Hands):
    """Hands that never touch a mouse."""

    def press(self) -> None:
        tab_to(self.page, self.button)
        before = self.page.url
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: url != before)

    def put(self, control: Control, wanted: list[str]) -> None:
        named = self.where.locator(f"[name={control.name}]")
        if control.kind == "radio":
            self._go_down(named, wanted[0])
        elif control.kind == "checkbox":
            for value in wanted:
                tab_to(self.page, named.and_(self.page.locator(f'[value="{value}"]')))
                self.page.keyboard.press("Space")
        else:
            tab_to(self.page, named)
            self.page.keyboard.type("".join(wanted))

    def _go_down(self, group: Locator, wanted: str) -> None:
        """Enter a group of radio buttons with Tab and go to one of them with the arrow."""
        tab_to(self.page, group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if self.page.evaluate("document.activeElement.value") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {wanted}")


def test_from_the_article_to_the_result_by_keyboard_alone(visit: Visit):
    page = visit("/articles/sore-back")
    tab_to(page, page.get_by_role("link", name="Book your free consult").first)
    page.keyboard.press("Enter")
    person = Person({**ROBIN, **BACK, "chest_pain": "gt_3d"})
    form = Keyboard(page, person, "dialog:modal form.lead")
    form.fill()
    form.press()

    seen: list[tuple[str, str]] = []

    def look() -> None:
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_be_visible()
        seen.append((page.url, heading.inner_text()))

    hands = Keyboard(page, person)
    hands.walk(each=look)

    assert hands.disposition == "REFERRAL"
    assert len({url for url, _ in seen}) == len({words for _, words in seen}) == len(seen) > 12
    expect(page.get_by_role("heading", level=1)).to_be_focused()
