"""The two forms as dialogs: where the focus goes, how to leave, and what lies behind."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit

ARTICLE = "/articles/sore-back"
DIALOGS = {"consult": "Book Your Free Consult", "day-pass": "Get Your Free Day Pass"}
WAYS_OUT = ("Escape", "the cross", "the page behind")
EACH = pytest.mark.parametrize("slug", DIALOGS)


def opener(page: Page, slug: str) -> Locator:
    return page.locator(f"header.site [data-dialog={slug}-dialog]")


def open_dialog(page: Page, slug: str) -> Locator:
    opener(page, slug).press("Enter")
    dialog = page.get_by_role("dialog", name=DIALOGS[slug])
    expect(dialog).to_be_visible()
    return dialog


@EACH
def test_dialog_is_modal_and_begins_at_its_first_field(visit: Visit, slug):
    page = visit(ARTICLE)
    dialog = open_dialog(page, slug)

    expect(page.locator(f"#{slug}-name")).to_be_focused()
    assert dialog.evaluate("it => it.matches(':modal')")


@EACH
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_closed_dialog_gives_the_focus_back_to_what_opened_it(visit: Visit, slug, way_out):
    page = visit(ARTICLE)
    dialog = open_dialog(page, slug)

    if way_out == "Escape":
        page.keyboard.press("Escape")
    elif way_out == "the cross":
        dialog.get_by_role("button", name="Close this form").click()
    else:
        page.mouse.click(5, 5)

    expect(dialog).to_be_hidden()
    expect(opener(page, slug)).to_be_focused()


def test_typed_words_are_there_when_the_dialog_is_opened_again(visit: Visit):
    page = visit(ARTICLE)
    open_dialog(page, "consult")
    page.keyboard.type("Robin Test")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    open_dialog(page, "consult")
    expect(page.locator("#consult-name")).to_have_value("Robin Test")


@EACH
def test_page_behind_a_dialog_is_out_of_reach(visit: Visit, slug):
    page = visit(ARTICLE)
    open_dialog(page, slug)

    strays = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        strays.add(page.evaluate("document.activeElement.closest('dialog, body').tagName"))
    assert strays <= {"DIALOG", "BODY"}
    outside = page.evaluate("document.activeElement.closest('header, main, footer, .dock')")
    assert outside is None
    link = page.get_by_role("link", name="Articles", include_hidden=True).first.bounding_box()
    assert link is not None
    assert page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).tagName", [link["x"] + 2, link["y"] + 2]
    ) in {"DIALOG", "HTML"}


@EACH
def test_link_without_javascript_leads_to_the_page_of_the_form(visit: Visit, slug):
    page = visit(ARTICLE, javascript=False)
    opener(page, slug).click()

    page.wait_for_url(f"**/{slug}")
    expect(page.get_by_role("heading", level=1)).to_have_text(DIALOGS[slug])


def test_dialog_of_the_own_form_is_not_on_its_page(visit: Visit):
    page = visit("/consult")
    expect(page.locator("#consult-dialog")).to_have_count(0)
    open_dialog(page, "day-pass")
    expect(page.locator("#day-pass-name")).to_be_focused()
