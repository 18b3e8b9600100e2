"""The day pass in a real browser: from the result to the door, by keyboard, on a phone, by mail."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.clock import now
from portal.extensions import db, transaction
from portal.hours import OpeningHours
from portal.leads.models import Enquiry
from portal.passes import actions, days, signing
from portal.passes.models import DayPass
from portal.passes.signing import Signer
from portal.staff.models import Role
from tests.browser.conftest import THEMES, WIDTHS, axe_violations, look, overflows

OF_THE_THEME = ["color-contrast", "link-in-text-block"]
Claims = Callable[..., tuple[str, int, str]]


@pytest.fixture(autouse=True)
def open_all_day(live_app: Flask) -> Iterator[None]:
    """The studio is open whenever the tests run."""
    kept = live_app.extensions["settings"]
    hours = OpeningHours.parse("00:00-23:59", zone=kept.studio.zone)
    live_app.extensions["settings"] = replace(kept, studio=replace(kept.studio, hours=hours))
    yield
    live_app.extensions["settings"] = kept


@pytest.fixture
def claimed(live_app: Flask, asked) -> Claims:
    """Bring somebody to their pass: its address, its number and its code."""

    def claim(*, signed: bool = True, today: bool = True, **answers):
        asked("/day-pass", **answers).walk()
        with live_app.app_context():
            enquiry = db.session.scalars(db.select(Enquiry).order_by(Enquiry.id.desc())).first()
            day = days.offered(at=now())[-1]
            pass_id = actions.claim(enquiry.public_id, day=day, at=now()).id
            if signed:
                signing.sign(pass_id, signer=Signer("Robin Test"), at=now())
            with transaction() as session:
                one = session.get_one(DayPass, pass_id)
                one.valid_on = days.today(now()) if today else one.valid_on
            found = (f"/pass/{one.public_id}", pass_id, one.code)
            db.session.remove()
        return found

    return claim


def sound(page: Page) -> None:
    """Nothing for axe to find and nothing to scroll sideways, at every width and in both themes."""
    for width in WIDTHS:
        look(page, width=width, theme="dark")
        assert (axe_violations(page), max(overflows(page), 0)) == ([], 0), width
    look(page, theme="light")
    assert axe_violations(page, OF_THE_THEME) == []


def keyed_to(page: Page, words: str) -> None:
    """Press Tab until the focus stands on the control with these words."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in (page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"the focus never came to {words}")


@pytest.mark.parametrize(
    ("width", "javascript"), [(1280, True), (1280, False), (390, True), (390, False)]
)
def test_stranger_goes_from_the_result_to_a_signed_pass(visit, asked, width, javascript):
    result = asked("/day-pass").walk()
    page = visit(result.path, width=width, javascript=javascript)
    page.get_by_role("button", name="Get my day pass").click()
    code = page.locator("main").get_attribute("data-pass")
    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.get_by_text("Not valid yet: the waiver is not signed")).to_be_visible()
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Full name of the one who signs").fill("Robin Test")
    page.get_by_label("I have read this and I agree").check()
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_text("Day pass ready")).to_be_visible()
    assert page.locator("main").get_attribute("data-pass") == code


def test_pass_is_claimed_and_signed_by_keyboard_alone(visit, asked):
    page = visit(asked("/day-pass").walk().path)
    keyed_to(page, "Get my day pass")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keyed_to(page, "Read and sign")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you train with us")
    for keys in ("Tab", "Tab", "Robin Test", "Tab", "Tab", "Space"):
        page.keyboard.type(keys) if " " in keys else page.keyboard.press(keys)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Day pass ready")).to_be_visible()


def test_every_page_of_a_pass_is_sound(visit, asked, claimed, live_app):
    address, pass_id, _ = claimed(today=False, signed=False)
    page = visit(address)
    sound(page)
    for part in ("/day", "/waiver"):
        page.goto(address + part)
        sound(page)
    page.get_by_role("button", name="Sign").click()
    sound(page)
    page.goto(f"{address}/day")
    page.get_by_role("button", name="Move my pass").click()
    sound(page)
    with live_app.app_context():
        signing.sign(pass_id, signer=Signer("Robin Test"), at=now())
        db.session.remove()
    page.goto(address)
    sound(page)
    page.goto(f"{address}/day")
    page.get_by_role("button", name="Give the pass back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You gave this pass back")
    sound(page)
    second = asked("/day-pass", email="other@example.com", name="Other Test").walk()
    page.goto(second.path.replace("health-check", "pass/claim").removesuffix("/result"))
    sound(page)


def test_claim_that_is_refused_is_a_sound_page(visit, asked, claimed):
    claimed(today=False)
    page = visit(asked("/day-pass").walk().path)
    page.get_by_role("button", name="Get my day pass").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "There is a day pass in this name already"
    )
    sound(page)


def test_qr_code_is_dark_on_white_in_both_themes(visit, claimed):
    page = visit(claimed(today=False)[0])
    for theme in THEMES:
        look(page, width=390, theme=theme)
        fills = page.eval_on_selector_all(
            "svg.qr path", "paths => paths.map(it => getComputedStyle(it).fill)"
        )
        assert fills == ["rgb(255, 255, 255)", "rgb(16, 35, 29)"]
        assert page.locator("svg.qr").bounding_box()["width"] >= 200


@pytest.mark.parametrize("javascript", [True, False])
def test_desk_lets_somebody_in_and_takes_it_back(visit, claimed, signed_in, javascript):
    _, _, code = claimed()
    page = visit("/desk/passes", javascript=javascript, **signed_in(Role.DESK))
    expect(page.get_by_label("Code, reference, or scan")).to_be_focused()
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    says = page.locator("[data-verdict]")
    expect(says).to_have_attribute("data-verdict", "VALID")
    expect(page.get_by_label("Code, reference, or scan")).to_be_focused()
    page.get_by_role("button", name="Let Robin in").click()
    expect(says).to_have_attribute("data-verdict", "IN")
    page.get_by_role("button", name="Undo").click()
    expect(says).to_have_attribute("data-verdict", "VALID")


def test_scanner_never_presses_a_button_whatever_has_the_focus(visit, claimed, signed_in):
    address, pass_id, _ = claimed()
    page = visit(f"/desk/passes/{pass_id}", **signed_in(Role.DESK))
    page.get_by_role("button", name="Let Robin in").focus()
    page.keyboard.type(f"https://studio.example{address}")
    page.keyboard.press("Enter")
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "VALID")
    expect(page.get_by_label("Code, reference, or scan")).to_be_focused()


def test_every_word_of_the_door_is_sound(visit, claimed, signed_in):
    _, pass_id, code = claimed()
    page = visit("/desk/passes", **signed_in(Role.COACH))
    sound(page)
    page.get_by_label("Code, reference, or scan").fill("TL-0000")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    sound(page)
    page.get_by_label("Code, reference, or scan").fill(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    sound(page)
    page.get_by_role("button", name="Let Robin in").click()
    sound(page)
    page.goto(f"/desk/passes/{pass_id}")
    sound(page)
    page.get_by_text("Give somebody another pass").click()
    page.get_by_role("button", name="Give the pass").click()
    sound(page)
    page.goto("/desk/passes/today")
    sound(page)


def test_camera_reads_a_code_where_the_browser_can(visit, claimed, signed_in):
    address, _, _ = claimed()
    page = visit("/desk/", **signed_in(Role.DESK))
    page.add_init_script(
        """link => {}; window.BarcodeDetector = class {
             async detect() { return [{ rawValue: window.testLink }]; } };
           navigator.mediaDevices ??= {};
           navigator.mediaDevices.getUserMedia = async () => new MediaStream();
           HTMLMediaElement.prototype.play = async () => {};"""
        f"window.testLink = 'https://studio.example{address}';"
    )
    page.goto("/desk/passes")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "VALID")


def test_pass_prints_with_its_code_and_without_the_rest(visit, claimed):
    page = visit(claimed(today=False)[0])
    page.emulate_media(media="print")
    expect(page.locator("svg.qr")).to_be_visible()
    for words in ("Add to calendar", "Change the day or cancel", "Staff sign in"):
        expect(page.get_by_text(words)).to_be_hidden()
