"""The health check in a real browser: with htmx, without JavaScript, by keyboard."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from portal.clock import now
from portal.extensions import db, settings, transaction
from portal.intake.models import Decision
from portal.leads.links import health_check_token
from portal.leads.models import Enquiry, Kind, Lead, Status
from portal.leads.response import due_at
from tests.browser.conftest import Visit
from tests.intake.walker import Walker

BACK = {"pain_sites": ["low_back"], "duration": "2_6w", "trend": "same", "aggravators": ["flexion"]}
Opens = Callable[..., str]


@pytest.fixture
def opens(live_app: Flask) -> Opens:
    """Ask for a consult and answer until a page: returns that page's path."""

    def open_check(*, until: str | None = None, result: bool = False, **answers: Any) -> str:
        with live_app.app_context():
            path = f"/health-check/{health_check_token(_enquiry())}/"
            walker = Walker(live_app.test_client(), path, **answers)
            if until or result:
                walker.walk(until=until)
            db.session.remove()
            return walker.page.path

    return open_check


def _enquiry() -> Enquiry:
    at, number = now(), secrets.token_hex(4)
    lead = Lead(
        ref=f"TL-{number[:4].upper()}",
        name="Robin Test",
        phone="555-0142",
        status=Status.UNFINISHED,
        due_at=due_at(None, at=at, settings=settings()),
        version=0,
        created_at=at,
    )
    lead.touched(at=at)
    enquiry = Enquiry(
        public_id=secrets.token_urlsafe(32),
        lead=lead,
        kind=Kind.CONSULT,
        key=secrets.token_hex(16),
        body_hash="0" * 64,
        name="Robin Test",
        email=f"robin.{number}@example.com",
        phone="555-0142",
        reason="back",
        created_at=at,
    )
    with transaction():
        db.session.add(enquiry)
    return enquiry


@pytest.mark.parametrize("javascript", [True, False])
def test_mistake_takes_the_focus_and_keeps_what_was_said(
    opens: Opens, visit: Visit, javascript: bool
):
    page = visit(opens(until="/course", **BACK), javascript=javascript)
    page.get_by_label("Slowly").check()
    page.get_by_role("button", name="Continue").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(page).to_have_title("Error: How it began and how it is going – Health check – Trueline")  # noqa: RUF001
    expect(page.get_by_label("Slowly")).to_be_checked()
    alert.get_by_role("link", name="Select how long you have had this pain").click()
    expect(page.locator("#duration")).to_be_focused()
    group = page.get_by_role("radiogroup", name="How long have you had this pain this time?")
    expect(group).to_have_attribute("aria-invalid", "true")
    expect(group).to_have_attribute("aria-describedby", "duration-error")


def test_swap_brings_the_main_part_only(opens: Opens, visit: Visit):
    page = visit(opens(until="/now"))
    page.get_by_label("None of these").check()
    with page.expect_response("**/pain") as answered:
        page.get_by_role("button", name="Continue").click()
    assert "<html" not in answered.value.text()
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("header.focus-head")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False])
def test_emergency_replaces_the_whole_page(opens: Opens, visit: Visit, javascript: bool):
    page = visit(opens(until="/now"), javascript=javascript)
    page.get_by_label("A sudden, ripping pain").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/result")
    expect(page.locator("main")).to_have_attribute("data-disposition", "EMERGENCY")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    expect(page.get_by_text("Save and finish later")).to_have_count(0)


def test_none_of_these_clears_the_others_and_the_other_way_round(opens: Opens, visit: Visit):
    page = visit(opens(until="/first", **BACK))
    page.get_by_label("Weakness in a leg or foot").check()
    page.get_by_label("None of these").check()
    expect(page.get_by_label("Weakness in a leg or foot")).not_to_be_checked()
    page.get_by_label("I am not sure").check()
    expect(page.get_by_label("None of these")).not_to_be_checked()


def test_double_click_on_send_makes_one_decision(opens: Opens, visit: Visit, live_app: Flask):
    page = visit(opens(until="/check"))
    page.get_by_role("button", name="Send my answers").dblclick(delay=10)
    page.wait_for_url("**/result")
    expect(page.locator("main")).to_have_attribute("data-disposition", "CLEAR")
    with live_app.app_context():
        assert len(db.session.scalars(select(Decision)).all()) == 1
        db.session.remove()


@pytest.mark.parametrize("answers", [{**BACK, "leg_weakness": "new_one"}, {"surgery": "lt_12w"}])
def test_print_shows_advice_and_reference_and_no_way_out(
    opens: Opens, visit: Visit, answers: dict[str, Any]
):
    page = visit(opens(result=True, **answers))
    page.emulate_media(media="print")
    expect(page.get_by_text("Because you told us you have:")).to_be_visible()
    expect(page.locator(".ref")).to_be_visible()
    for hidden in ("header.focus-head", "footer", "text=Check and change your answers"):
        expect(page.locator(hidden)).to_be_hidden()


def test_targets_are_big_enough_for_a_thumb(opens: Opens, visit: Visit):
    page = visit(opens(until="/effect", **BACK), width=390)
    sizes = page.eval_on_selector_all(
        "main label.choice, main .scale__step, main button",
        "found => found.map(each => [each.offsetWidth, each.offsetHeight])",
    )
    assert len(sizes) > 20
    assert min(height for _, height in sizes) >= 44
    assert min(width for width, _ in sizes) >= 44
