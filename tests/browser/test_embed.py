"""Our forms on somebody else's site: another origin, with a policy and a style of its own."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, FrameLocator, Page, expect
from werkzeug.serving import make_server

from portal.extensions import db
from portal.leads.models import Enquiry
from tests.booking.conftest import make_coach
from tests.browser.conftest import HEIGHT, Visitor

PAGE = """<!doctype html><html lang="en"><head><title>Their page</title>
<link rel="stylesheet" href="/their.css"></head><body><h1>Their own page</h1>
<p>Words before.</p>
<a href="{portal}/{form}" data-portal="{way}">Book your free consult</a>
<script async src="{portal}/embed.js"></script>
<p id="after">Words after.</p></body></html>"""
THEIR_STYLE = "iframe { height: 20px; border: 9px solid red } a { color: #060 }"


@pytest.fixture(scope="module")
def their_site(address: str) -> Iterator[str]:
    """A site on another origin whose policy names ours and nothing else, no inline style either."""
    theirs = Flask("theirs")

    @theirs.get("/<form>/<way>")
    def page(form: str, way: str):
        policy = f"default-src 'none'; style-src 'self'; script-src {address}; frame-src {address}"
        body = PAGE.format(portal=address, form=form, way=way)
        return body, {"Content-Security-Policy": policy}

    @theirs.get("/their.css")
    def style():
        return THEIR_STYLE, {"Content-Type": "text/css"}

    server = make_server("127.0.0.1", 0, theirs, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def at_theirs(chromium: Browser, their_site: str) -> Iterator[Visitor]:
    """Open a page of theirs; console errors of either site are faults."""
    visitor = Visitor(chromium, their_site)
    visitor.allows_requests()
    visitor.expects("Blocked autofocusing")
    yield visitor
    visitor.close()
    assert visitor.faults == []


def inside(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def fill(form: FrameLocator) -> None:
    form.get_by_label("Your name").fill("Ada Test")
    form.get_by_label("Email", exact=True).first.fill("ada@example.com")
    form.get_by_label("Getting stronger").check()


def test_form_stands_in_their_page_at_its_full_height(at_theirs):
    page = at_theirs("/consult/inline")
    heading = inside(page).get_by_role("heading", level=1, name="Book Your Free Consult")
    expect(heading).to_be_visible()
    expect(page.get_by_role("link", name="Book your free consult")).to_be_hidden()
    expect(inside(page).locator("header.site")).to_be_hidden()
    expect(inside(page).locator("footer.foot")).to_be_hidden()
    frame = page.frames[1]
    page.wait_for_function("document.querySelector('iframe').offsetHeight > 500")
    scrolls = frame.evaluate(
        "document.documentElement.scrollHeight - document.documentElement.clientHeight"
    )
    assert scrolls <= 0


def test_mistake_keeps_what_was_typed_and_the_frame_grows(at_theirs):
    page = at_theirs("/consult/inline")
    inside(page).get_by_label("Your name").fill("Ada Test")
    before = page.evaluate("document.querySelector('iframe').offsetHeight")
    inside(page).get_by_role("button", name="Continue").click()
    expect(inside(page).locator(".error-summary")).to_be_focused()
    expect(inside(page).get_by_label("Your name")).to_have_value("Ada Test")
    page.wait_for_function(f"document.querySelector('iframe').offsetHeight > {before}")


def test_what_is_read_beside_the_form_opens_beside_it(at_theirs):
    page = at_theirs("/consult/inline")
    inside(page).get_by_label("Your name").fill("Ada Test")
    with page.context.expect_page() as opened:
        inside(page).get_by_role("link", name="How we handle your data").click()
    expect(opened.value.locator("header.site")).to_be_visible()
    expect(inside(page).get_by_label("Your name")).to_have_value("Ada Test")


def test_whole_road_to_the_health_check_goes_without_a_cookie(at_theirs, live_app):
    page = at_theirs("/consult/inline?utm_source=partner&utm_campaign=spring&other=1")
    fill(inside(page))
    inside(page).get_by_role("button", name="Continue").click()
    expect(inside(page).get_by_role("button", name="Continue")).to_be_visible()
    expect(inside(page).get_by_role("heading", level=1)).to_be_focused()
    assert page.context.cookies() == []
    with live_app.app_context():
        touch = db.session.scalars(db.select(Enquiry)).one().touch["first"]
        db.session.remove()
    assert (touch["utm_source"], touch["utm_campaign"]) == ("partner", "spring")
    assert touch["referrer"] == "http://localhost/consult/inline"


def test_slot_picker_leads_from_their_page_to_the_health_check(at_theirs, live_app):
    with live_app.app_context():
        make_coach("Amir Test")
        db.session.remove()
    page = at_theirs("/times/inline?utm_source=partner")
    heading = inside(page).get_by_role("heading", level=1, name="Pick a time for your free consult")
    expect(heading).to_be_visible()
    inside(page).locator("a.day").last.click()
    slot = inside(page).locator(".slot input").nth(2)
    slot.check()
    words = slot.get_attribute("data-picked")
    inside(page).get_by_role("button", name="Ask for this time").click()
    expect(inside(page).get_by_role("heading", level=1)).to_have_text("Book Your Free Consult")
    expect(inside(page).locator(".lead .flagbox")).to_contain_text(words.partition(" at ")[0])
    fill(inside(page))
    inside(page).get_by_role("button", name="Continue").click()
    expect(inside(page).get_by_role("heading", level=1)).to_be_focused()
    assert page.context.cookies() == []
    with live_app.app_context():
        enquiry = db.session.scalars(db.select(Enquiry)).one()
        db.session.remove()
    assert enquiry.picked.startswith("slot=")
    assert enquiry.touch["first"]["utm_source"] == "partner"
    assert enquiry.touch["first"]["referrer"] == "http://localhost/times/inline"


@pytest.mark.parametrize("way", ["button", "float"])
def test_button_opens_the_form_in_a_dialog_and_takes_the_focus_back(at_theirs, way):
    page = at_theirs(f"/day-pass/{way}")
    opener = page.get_by_role("link", name="Book your free consult")
    opener.focus()
    page.keyboard.press("Enter")
    heading = inside(page).get_by_role("heading", level=1, name="Get Your Free Day Pass")
    expect(heading).to_be_visible()
    page.wait_for_function("document.querySelector('iframe').offsetHeight > innerHeight")
    page.get_by_role("dialog").evaluate("it => it.scrollTo(0, it.scrollHeight)")
    close = page.get_by_role("button", name="Close")
    expect(close).to_be_in_viewport()
    close.click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_floating_button_keeps_its_corner_on_a_phone(at_theirs):
    page = at_theirs("/consult/float", width=390)
    page.wait_for_function("getComputedStyle(document.querySelector('a')).position === 'fixed'")
    box = page.get_by_role("link", name="Book your free consult").bounding_box()
    assert box is not None
    assert (round(box["x"] + box["width"]), round(box["y"] + box["height"])) == (374, HEIGHT - 16)


def test_without_a_script_there_is_a_plain_link(at_theirs, address):
    page = at_theirs("/consult/inline", javascript=False)
    expect(page.get_by_role("link", name="Book your free consult")).to_have_attribute(
        "href", f"{address}/consult"
    )
    page.get_by_role("link", name="Book your free consult").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book Your Free Consult")


def test_site_that_is_not_on_the_list_keeps_its_link(at_theirs, their_site):
    at_theirs.expects("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "Framing")
    not_listed = their_site.replace("localhost", "127.0.0.1")
    page = at_theirs(f"{not_listed}/consult/inline")
    page.wait_for_function("document.querySelector('iframe') !== null")
    page.wait_for_timeout(500)
    expect(page.get_by_role("link", name="Book your free consult")).to_be_visible()
    assert page.evaluate("document.querySelector('iframe').offsetHeight") < 30
    page.goto(f"{not_listed}/consult/button")
    page.get_by_role("link", name="Book your free consult").click()
    page.get_by_role("dialog").get_by_role("link", name="Book your free consult").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book Your Free Consult")
