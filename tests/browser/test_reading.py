"""Reading: the link to an article, copied; the printed page; a dialog where htmx comes late."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, overflows

ARTICLE = "/articles/confidence-in-small-steps"
INK = "rgb(16, 35, 29)"


def scripts(page: Page) -> list[str]:
    return page.evaluate("[...document.scripts].map(it => it.src).filter(it => it)")


def test_link_to_an_article_is_copied_and_said_so(visit: Visit):
    page = visit(ARTICLE, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"http://localhost{ARTICLE}"


def test_buttons_that_need_a_script_are_not_there_without_one(visit: Visit):
    page = visit(ARTICLE, javascript=False)
    expect(page.get_by_role("button", name="Copy the link")).to_be_hidden()
    expect(page.get_by_role("link", name="Back to top")).to_be_visible()


def test_page_to_read_fetches_htmx_when_a_form_opens(visit: Visit):
    page = visit(ARTICLE)
    before = [src for src in scripts(page) if "htmx" in src]
    page.locator("header.site [data-dialog=consult-dialog]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    expect(page.locator("dialog:modal .error-summary")).to_be_focused()
    assert before == []
    assert page.url.endswith(ARTICLE)


def test_printed_article_is_the_article_alone(visit: Visit):
    page = visit(ARTICLE)
    page.emulate_media(media="print")
    for part in ("header.site", "footer.foot", ".aside", ".band", ".tail"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_css("color", INK)
    expect(page.locator(".hero")).to_have_css("background-image", "none")


def test_letters_twice_as_large_cut_nothing_off_on_a_phone(visit: Visit):
    page = visit("about:blank", width=390)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.enable")
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    page.goto(ARTICLE)
    cut = page.evaluate(
        "[...document.querySelectorAll('body, .nav, .dock')]"
        ".filter(it => it.scrollWidth > it.clientWidth).map(it => it.className)"
    )
    size = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    assert (size, cut, overflows(page)) == ("32px", [], 0)


def test_picture_keeps_its_place_and_fits_a_phone(visit: Visit):
    page = visit(ARTICLE, width=320)
    picture = page.locator(".prose img")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    assert (box["width"] <= 288, abs(box["width"] / box["height"] - 400 / 232) < 0.02) == (
        True,
        True,
    )


def test_text_of_a_step_follows_its_heading_closely_on_a_phone(visit: Visit):
    page = visit(ARTICLE, width=390)
    gaps = page.evaluate(
        """() => [...document.querySelectorAll('.steps > li')].map(step =>
        step.querySelector('.prose').getBoundingClientRect().top
        - step.querySelector('h2').getBoundingClientRect().bottom)"""
    )
    assert [gap for gap in gaps if not 0 < gap < 40] == []


def test_search_is_found_by_its_role_and_leads_to_an_article(visit: Visit):
    page = visit("/articles/", javascript=False)
    page.get_by_role("search").get_by_label("Search the articles").fill("hinge")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_have_text(re.compile("for “hinge”"))
    page.get_by_role("link", name="The Hinge, the Lift, the Sit and the Stand").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "The Hinge, the Lift, the Sit and the Stand"
    )
