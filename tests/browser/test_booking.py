"""Booking in a real browser: from the result to a session, by keyboard, on a phone, and by link."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.booking import actions, links
from portal.booking.models import Booking
from portal.booking.picker import picker
from portal.booking.search import Search
from portal.booking.wishes import Hand, Wish
from portal.clock import now
from portal.extensions import db, settings
from portal.leads.links import health_check_token
from portal.leads.models import Enquiry
from portal.staff.models import Role
from tests.booking.conftest import make_coach
from tests.browser.conftest import axe_violations, look, overflows
from tests.intake.recorded import record_screening

READABLE = 4.5
CONTRAST = """it => {
  const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
    .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [.2126, .7152, .0722][place], 0);
  const fill = light(getComputedStyle(it.closest('.day')).backgroundColor);
  const ink = light(getComputedStyle(it).color);
  return (Math.max(fill, ink) + .05) / (Math.min(fill, ink) + .05);
}"""
Books = Callable[..., tuple[str, datetime]]


class Road(NamedTuple):
    """Where somebody's result and times are, and the enquiry that they came with."""

    result: str
    times: str
    public_id: str


@pytest.fixture(autouse=True)
def amir(live_app: Flask, empty_tables: None) -> None:
    """A coach with hours on every day."""
    with live_app.app_context():
        make_coach("Amir Test")
        db.session.remove()


@pytest.fixture
def screened(live_app: Flask, asked) -> Callable[..., Road]:
    """Bring somebody to the end of their health check: `screened(temp_illness="yes")`."""

    def screen(*, email: str = "robin@example.com", **answers) -> Road:
        asked(email=email)
        with live_app.app_context():
            enquiry = db.session.scalars(db.select(Enquiry).order_by(Enquiry.id.desc())).first()
            given = {"age": 40, **answers}
            record_screening(enquiry, answers=given, wording="I agree", at=now())
            token = health_check_token(enquiry)
            found = Road(
                f"/health-check/{token}/result",
                f"/book/{links.book_token(enquiry)}",
                enquiry.public_id,
            )
            db.session.remove()
        return found

    return screen


@pytest.fixture
def booked(live_app: Flask, screened) -> Books:
    """Bring somebody to a session: their link, and when it begins."""

    def book(*, at: datetime | None = None, **who):
        road = screened(**who)
        with live_app.app_context():
            hand = Hand(at=now(), settings=settings())
            one = actions.book(road.public_id, Wish(at or _first_of_another_day()), hand=hand)
            found = (f"/manage/{links.manage_token(one)}", one.starts_at)
            db.session.remove()
        return found

    return book


def _first_of_another_day() -> datetime:
    search = Search.read({}, studio=settings().studio.zone)
    first = picker(search, settings=settings(), at=now())
    days = [each.day for each in first.days if each.free]
    found = picker(replace(search, day=days[1]), settings=settings(), at=now())
    return datetime.fromisoformat(found.parts[0].slots[0].value)


def sound(page: Page) -> None:
    """Nothing for axe at a desk in light and on a phone in dark; no sideways scroll at 320."""
    look(page, width=320)
    assert max(overflows(page), 0) == 0
    for width, theme in ((390, "dark"), (1280, "light")):
        look(page, width=width, theme=theme)
        assert axe_violations(page) == [], (width, theme)


def stands(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def pick(page: Page, number: int) -> str:
    """Pick the time of this number; return it in words."""
    slot = page.locator(".slot input").nth(number)
    slot.check()
    return slot.get_attribute("data-picked")


@pytest.mark.parametrize(
    ("width", "theme", "javascript"),
    [(1280, "light", False), (390, "dark", True)],
)
def test_stranger_goes_from_a_clear_result_to_a_session(visit, screened, width, theme, javascript):
    page = visit(screened().result, width=width, theme=theme, javascript=javascript)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("alert")).to_contain_text("Select a time")
    page.locator("a.day").last.click()
    expect(page.locator("a.day").last).to_be_focused()
    expect(page.locator("a.day").last).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", name="Choose a day")).to_be_in_viewport(ratio=1)
    words = pick(page, 2)
    if javascript:
        expect(page.locator("[data-picked-words]")).to_have_text(words)
    page.get_by_role("button", name="Book this time").click()
    stands(page, "You are booked")
    day, _, clock = words.rpartition(" at ")
    expect(page.locator(".ticket__when")).to_contain_text(day)
    expect(page.locator(".ticket__when")).to_contain_text(clock.replace(":00", ""))
    assert overflows(page) <= 0


def test_session_is_booked_by_keyboard_alone(visit, screened):
    page = visit(screened().result)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "slot":
            break
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    words = page.locator("input[name=slot]:checked").get_attribute("data-picked")
    expect(page.locator("[data-picked-words]")).to_have_text(words)
    page.keyboard.press("Enter")
    stands(page, "You are booked")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_link_moves_a_session_and_calls_it_off(visit, booked, live_app):
    address, before = booked()
    page = visit(address, width=390, javascript=False)
    page.get_by_role("link", name="Move to another time").click()
    stands(page, "Pick another time")
    page.locator("a.day").last.click()
    words = pick(page, 1)
    page.get_by_role("button", name="Move to this time").click()
    stands(page, "You are booked")
    expect(page.locator(".ok")).to_have_text("Moved")
    expect(page.locator(".ticket__when")).to_contain_text(words.rpartition(" at ")[0])
    page.goto(address)
    page.get_by_role("link", name="Cancel", exact=True).click()
    stands(page, "Cancel your consult?")
    page.get_by_role("button", name="Cancel my consult").click()
    stands(page, "Your consult is cancelled")
    page.get_by_role("link", name="Pick another time").click()
    expect(page.get_by_role("button", name="Book this time")).to_be_visible()
    with live_app.app_context():
        one = db.session.scalars(db.select(Booking)).one()
        assert (one.state.value, one.sequence, one.starts_at != before) == ("cancelled", 2, True)
        db.session.remove()


def test_time_that_has_just_been_taken_brings_the_nearest(visit, screened, booked):
    page = visit(screened().times)
    page.locator("a.day").last.click()
    pick(page, 3)
    value = page.locator("input[name=slot]:checked").get_attribute("value")
    booked(email="kim@example.com", at=datetime.fromisoformat(value))
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("alert")).to_contain_text("That time has just been taken.")
    expect(page.locator(".part--near .slot")).to_have_count(3)
    sound(page)
    pick(page, 0)
    page.get_by_role("button", name="Book this time").click()
    stands(page, "You are booked")


def test_held_person_reads_where_things_stand(visit, screened):
    visit.expects("status of 403")
    page = visit(screened(temp_illness="yes").times)
    stands(page, "Your place is kept, Robin")
    expect(page.locator(".slot")).to_have_count(0)
    sound(page)


def test_every_page_of_a_session_is_sound(visit, screened, booked):
    page = visit(screened().times)
    sound(page)
    page.goto(booked(email="kim@example.com")[0])
    sound(page)
    address = page.url
    page.goto(f"{address}?step=move")
    sound(page)
    page.goto(f"{address}?step=cancel")
    sound(page)
    page.get_by_role("button", name="Cancel my consult").click()
    stands(page, "Your consult is cancelled")
    sound(page)


def test_every_page_of_the_diary_at_the_desk_is_sound(visit, booked, signed_in):
    _, at = booked()
    page = visit("/desk/", **signed_in(Role.MANAGER))
    for path in (f"calendar?day={at:%F}", f"calendar?day={at:%F}&span=week", "hours"):
        page.goto(f"/desk/{path}")
        if "calendar" in path:
            expect(page.get_by_text("Robin Test").first).to_be_visible()
        sound(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_day_stands_out_and_can_be_read(visit, screened, theme):
    page = visit(screened().times, width=390, theme=theme)
    chosen = page.locator(".day[aria-current]")
    for words in (chosen.locator("b"), chosen.locator("span:visible").last):
        assert words.evaluate(CONTRAST) >= READABLE
    fills = page.locator(".day").evaluate_all(
        "days => days.map(it => getComputedStyle(it).backgroundColor)"
    )
    assert fills.count(chosen.evaluate("it => getComputedStyle(it).backgroundColor")) == 1


def test_calendar_keeps_up_and_leaves_an_open_menu_alone(visit, booked, signed_in, live_app):
    _, at = booked()
    page = visit("/desk/", **signed_in(Role.DESK))
    page.goto(f"/desk/calendar?day={at:%F}")
    expect(page.locator(".session")).to_have_count(1)
    booked(email="kim@example.com", at=at + timedelta(hours=1))
    page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")
    expect(page.locator(".session")).to_have_count(2)
    page.locator(".session summary").first.click()
    page.get_by_label("Reason").first.fill("Coach is ill")
    booked(email="lou@example.com", at=at + timedelta(hours=2))
    page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")
    page.wait_for_timeout(500)
    expect(page.get_by_label("Reason").first).to_have_value("Coach is ill")
    expect(page.locator(".session")).to_have_count(2)
    page.keyboard.press("Escape")
    page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")
    expect(page.locator(".session")).to_have_count(3)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_reason_for_cancelling_is_asked_where_it_can_be_read(
    visit, booked, signed_in, live_app, width
):
    _, at = booked()
    page = visit(f"/desk/calendar?day={at:%F}", width=width, **signed_in(Role.DESK))
    page.locator(".session summary").click()
    menu, session = (page.locator(each).bounding_box() for each in (".menu", ".session"))
    assert menu["x"] >= session["x"]
    assert menu["x"] + menu["width"] <= session["x"] + session["width"]
    field = page.get_by_label("Reason").bounding_box()
    assert field["width"] >= 150
