"""Names of every make, on every page that says one, without a letter lost or a line too long."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Disposition
from portal.staff.models import Role
from tests.browser.conftest import WIDTHS, Visit, look, overflows
from tests.browser.test_states import set_text_size
from tests.desk.conftest import make_lead
from tests.test_journey import OUTCOMES

NAMES = {
    "Wolfeschlegelsteinhausenbergerdorff": "Wolfeschlegelsteinhausenbergerdorff",
    "Łukasz Żółć": "Łukasz",
    "محمد علي": "محمد",
    "Cher": "Cher",
    "M" * 80: "M" * 80,
}
"""A name as typed, and how somebody is spoken to by it."""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("outcome", ["URGENT", "CLEAR"])
def test_name_fits_on_the_result_at_every_width(visit: Visit, asked, name, outcome):
    page = visit(asked(name=name, **OUTCOMES[outcome]).walk().path)
    for width in WIDTHS:
        look(page, width=width)
        assert overflows(page) == 0
    if outcome == "CLEAR":
        expect(page.get_by_role("heading", level=1)).to_contain_text(NAMES[name])


def test_names_fit_at_the_desk_at_every_width_and_at_any_hour(visit: Visit, signed_in, live_app):
    with live_app.app_context():
        for name in NAMES:
            make_lead(name, Disposition.EMERGENCY)
    for width in WIDTHS:
        page = visit("/desk/", width=width, **signed_in(Role.DESK))
        shown = page.locator("#rows h3 a").all_inner_texts()
        assert {name.replace(", new", "").strip() for name in shown} == set(NAMES)
        assert overflows(page) == 0
        page.get_by_role("link", name="Wolfe").click()
        expect(page.locator("#pane-name")).to_have_text("Wolfeschlegelsteinhausenbergerdorff")
        assert overflows(page) == 0


def test_longest_clock_fits_beside_a_name_in_large_text(visit: Visit, signed_in, live_app):
    tomorrow = now().astimezone(ZoneInfo("America/Chicago")) + timedelta(days=1)
    with live_app.app_context():
        lead = make_lead("Ada Test", due=tomorrow.replace(hour=12, minute=44, second=0))
        lead.email = "somebody.with.a.long.address@mail.example.com"
        db.session.commit()
        db.session.remove()
    page = visit("/desk/", **signed_in(Role.DESK))
    set_text_size(page, 32)
    look(page, width=390)
    expect(page.locator(".row .sla")).to_have_text("Tomorrow, 12:44 pm")
    assert overflows(page) == 0
    name = page.get_by_role("link", name="Ada Test")
    assert name.evaluate("it => it.getClientRects().length") <= 2
    name.click()
    expect(page.locator("#next-heading .sla")).to_have_text("Tomorrow, 12:44 pm")
    assert overflows(page) == 0


@pytest.mark.parametrize("name", NAMES)
def test_name_is_given_back_in_the_form_as_it_was_typed(visit: Visit, name):
    page = visit("/consult", width=320)
    page.locator("#consult-name").fill(name)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#consult-name")).to_have_value(name)
    assert overflows(page) == 0
