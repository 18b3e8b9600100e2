"""The desk in a real browser: keys, focus, a list that never jumps, and what a counter may show."""

import re
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.clock import now
from portal.extensions import db, transaction
from portal.leads.models import Activity, Disposition, Lead, Status
from portal.leads.story import tell
from portal.staff import passwords
from portal.staff.models import Role, Staff, StaffSession
from tests.browser.conftest import Visit, seat
from tests.desk.conftest import make_enquiry, make_lead, make_staff
from tests.intake.recorded import record_screening
from tests.staff.conftest import PASSWORD

AtDesk = Callable[..., Page]


@contextmanager
def behind(app: Flask):
    """Look at, or change, the tables while a browser is open."""
    with app.app_context():
        with transaction():
            yield
        db.session.remove()


@pytest.fixture
def studio(live_app: Flask):
    """Three leads, the gravest first, and two people."""
    with live_app.app_context():
        make_staff("Dana Test")
        make_staff("Jules Test", Role.COACH)
        hour = now() + timedelta(hours=1)
        make_lead("Ada Test", Disposition.EMERGENCY, timeframe="now", hold="all", due=hour)
        make_lead("Bo Test", Disposition.URGENT, timeframe="today", hold="all", due=hour)
        make_lead("Cy Test", Disposition.CLEAR, due=hour)
        db.session.remove()


@pytest.fixture
def at_desk(visit: Visit, live_app: Flask, studio) -> AtDesk:
    """Open a page of the desk as one of the two: `at_desk("/desk/", who="Jules Test")`."""

    def open_page(path: str, *, who: str = "Dana Test", **options) -> Page:
        page = visit(path, **seat(live_app, who), **options)
        if options.get("javascript", True):
            # Before htmx has taken the links over, Enter follows one plainly.
            page.wait_for_function("window.htmx?.version && document.readyState === 'complete'")
        return page

    return open_page


def lead_named(name: str) -> Lead:
    return db.session.scalars(db.select(Lead).where(Lead.name == name)).one()


def stories(app: Flask, kind: str) -> int:
    with behind(app):
        return len(db.session.scalars(db.select(Activity).where(Activity.kind == kind)).all())


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.replace(/, new$/, '').trim()")


def names(page: Page) -> list[str]:
    return [text.replace(", new", "") for text in page.locator("#rows h3 a").all_text_contents()]


def refresh(page: Page) -> None:
    with page.expect_response(re.compile("poll=1")):
        page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")
    page.wait_for_timeout(100)


def test_keys_walk_the_list_open_a_lead_and_act_on_it(at_desk, live_app):
    page = at_desk("/desk/")
    for key, name in (("j", "Ada Test"), ("j", "Bo Test"), ("k", "Ada Test"), ("j", "Bo Test")):
        page.keyboard.press(key)
        assert focused(page) == name
    page.keyboard.press("Enter")
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    expect(page.locator("#pane-name")).to_be_focused()
    expect(page).to_have_title(re.compile("^Bo Test"))
    assert re.search(r"/desk/leads/\d+$", page.url)
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_contain_text("Claimed.")
    expect(page.locator(".owner")).to_contain_text("Yours since")
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("Taken back")
    expect(page.locator(".owner")).to_contain_text("Unclaimed")


def test_key_on_a_row_opens_it_and_acts(at_desk, live_app):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("Cy Test marked done")
    assert names(page) == ["Ada Test", "Bo Test"]
    assert stories(live_app, "done") == 1


def test_menu_opens_by_key_moves_focus_and_closes_with_escape(at_desk):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-name")).to_be_focused()
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Spoke with them")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("summary[data-key=l]")).to_be_focused()
    expect(page.get_by_role("button", name="Spoke with them")).to_be_hidden()
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Call logged: spoke with them")
    assert names(page) == ["Bo Test", "Cy Test"]


def test_note_key_types_into_the_note_and_not_into_the_desk(at_desk, live_app):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("each call")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#toast")).to_contain_text("Note added")
    expect(page.locator(".tl")).to_contain_text("each call")
    assert (stories(live_app, "done"), stories(live_app, "claimed")) == (0, 0)


@pytest.mark.parametrize("javascript", [True, False])
def test_note_typed_as_the_session_ended_is_sent_after_signing_in(at_desk, live_app, javascript):
    with behind(live_app):
        dana = db.session.scalars(db.select(Staff).where(Staff.name == "Dana Test")).one()
        dana.password_hash = passwords.keep(PASSWORD)
        lead = lead_named("Bo Test").id
    page = at_desk(f"/desk/leads/{lead}", javascript=javascript)
    page.locator("summary[data-key=n]").click()
    page.get_by_label("Note", exact=True).fill("Rings back at six")
    with behind(live_app):
        db.session.execute(db.update(StaffSession).values(seen_at=now() - timedelta(hours=2)))
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("What you had typed is kept")).to_be_visible()
    page.get_by_label("Email").fill("dana.test@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("main")).to_contain_text("Rings back at six")
    assert stories(live_app, "noted") == 1


def test_what_is_typed_before_the_note_is_there_is_no_command(at_desk, live_app):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.route("**/desk/leads/*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.type("ne")
    expect(page.locator("#note-text")).to_be_focused()
    assert stories(live_app, "done") == 0


def test_key_before_htmx_has_taken_over_acts_late_and_not_on_a_page_loaded_anew(at_desk, live_app):
    page = at_desk("/desk/")
    page.route("**/htmx-*.js", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.reload(wait_until="commit")
    expect(page.locator("#rows .row")).to_have_count(3)
    page.evaluate("window.loaded = true")
    page.keyboard.type("jne")
    expect(page.locator("#note-text")).to_be_focused()
    assert page.evaluate("window.loaded") is True
    assert stories(live_app, "done") == 0


def test_key_acts_on_its_own_row_when_another_lead_is_still_on_its_way(at_desk, live_app):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.route("**/desk/leads/*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.press("Enter")
    page.keyboard.type("je")
    expect(page.locator("#toast")).to_contain_text("Bo Test marked done")
    assert names(page) == ["Ada Test", "Cy Test"]
    assert stories(live_app, "done") == 1


def test_keys_work_again_when_the_row_they_were_for_has_gone(at_desk):
    page = at_desk("/desk/")
    page.route("**/desk/leads/1", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.type("jc")
    page.evaluate("document.querySelector('#rows .row').remove()")
    expect(page.locator("#pane-name")).to_have_text("Ada Test")
    page.keyboard.type("j")
    assert focused(page) == "Bo Test"


def test_empty_note_comes_back_with_its_problem_focused(at_desk):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#note-error")).to_contain_text("Write the note first")
    expect(page.locator("#note-text")).to_be_focused()


def test_keys_rest_when_switched_off_with_modifiers_and_in_the_search(at_desk):
    page = at_desk("/desk/")
    for chord in ("Control+j", "Alt+j", "Meta+j"):
        page.keyboard.press(chord)
        assert focused(page) != "Ada Test"
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jcz")
    assert page.locator("#q").input_value() == "jcz"
    page.locator("#q").blur()
    page.get_by_role("button", name="Keys on").click()
    expect(page.get_by_role("button", name="Keys off")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    assert focused(page) != "Ada Test"
    page.reload()
    expect(page.get_by_role("button", name="Keys off")).to_be_visible()


def test_help_lists_the_keys_and_gives_the_focus_back(at_desk):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert focused(page) == "Ada Test"


def test_poll_keeps_focus_on_a_row_that_moves(at_desk, live_app):
    page = at_desk("/desk/")
    for _ in range(3):
        page.keyboard.press("j")
    with behind(live_app):
        lead = lead_named("Cy Test")
        lead.screened(
            Disposition.EMERGENCY,
            timeframe="now",
            hold="all",
            at=now(),
            due_at=now() - timedelta(minutes=1),
        )
        tell(lead, "health_check_sent", at=now())
    refresh(page)
    assert names(page) == ["Cy Test", "Ada Test", "Bo Test"]
    assert focused(page) == "Cy Test"


def test_poll_that_takes_the_focused_row_away_moves_focus_to_the_next(at_desk, live_app):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    with behind(live_app):
        lead = lead_named("Bo Test")
        lead.close(Status.DONE, at=now())
        tell(lead, "done", at=now())
    refresh(page)
    assert (names(page), focused(page)) == (["Ada Test", "Cy Test"], "Cy Test")


def test_new_row_is_announced_and_moves_nothing_under_the_pointer(at_desk, live_app):
    with behind(live_app):
        for number in range(20):
            make_lead(f"Filler {number}", Disposition.URGENT, due=now() + timedelta(hours=2))
    page = at_desk("/desk/")
    row = page.locator("#rows .row", has_text="Filler 3").first
    row.scroll_into_view_if_needed()
    row.hover()
    before = row.bounding_box()["y"]
    with behind(live_app):
        make_lead("Zed Test", Disposition.EMERGENCY, due=now())
    refresh(page)
    assert row.bounding_box()["y"] == pytest.approx(before, abs=1)
    expect(page.locator("#announce")).to_have_text("1 new: emergency")
    page.get_by_role("button", name="1 new").click()
    expect(page.locator("#rows h3 a").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="1 new")).to_be_hidden()


def test_poll_without_news_announces_nothing(at_desk):
    page = at_desk("/desk/")
    page.evaluate(
        """() => {
            window.said = 0;
            const watcher = new MutationObserver(() => window.said++);
            for (const region of document.querySelectorAll('[role=status], [role=alert]'))
                watcher.observe(region, {childList: true, subtree: true});
        }"""
    )
    refresh(page)
    refresh(page)
    assert page.evaluate("window.said") == 0


def test_open_note_survives_a_poll(at_desk, live_app):
    page = at_desk("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("half a sen")
    with behind(live_app):
        lead = lead_named("Ada Test")
        lead.touched(at=now())
        tell(lead, "link_sent", at=now())
    refresh(page)
    expect(page.locator(".tl")).to_contain_text("Link to go on sent by mail")
    page.keyboard.type("tence")
    assert page.locator("#note-text").input_value() == "half a sentence"


def test_poll_that_crosses_an_opened_menu_leaves_it_alone(at_desk, live_app):
    page = at_desk("/desk/")
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_be_focused()
    with behind(live_app):
        tell(lead_named("Bo Test"), "link_sent", at=now())
    page.route("**/*poll=1*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")
    page.keyboard.press("n")
    page.keyboard.type("half")
    expect(page.locator(".tl")).to_contain_text("Link to go on sent by mail")
    page.keyboard.type(" a sentence")
    assert page.locator("#note-text").input_value() == "half a sentence"
    page.keyboard.press("Escape")
    refresh(page)
    assert page.locator("#note-text").input_value() == "half a sentence"


def test_two_people_on_one_lead_see_each_other_and_nobody_is_overwritten(at_desk, live_app):
    dana = at_desk("/desk/")
    dana.get_by_role("link", name="Bo Test").click()
    expect(dana.locator("#pane-name")).to_have_text("Bo Test")
    jules = at_desk(
        dana.url.partition("127.0.0.1")[2].partition("/")[2].join(("/", "")), who="Jules Test"
    )
    expect(jules.locator(".viewing")).to_contain_text("Dana is here too")
    jules.keyboard.press("c")
    expect(jules.locator("#toast")).to_contain_text("Claimed.")
    dana.keyboard.press("e")
    expect(dana.locator(".changed")).to_contain_text("Jules claimed this at")
    expect(dana.locator(".owner")).to_contain_text("With Jules Test")
    assert stories(live_app, "done") == 0
    dana.keyboard.press("e")
    expect(dana.locator("#toast")).to_contain_text("Bo Test marked done")


def test_double_click_is_one_step(at_desk, live_app):
    page = at_desk("/desk/")
    page.get_by_role("link", name="Cy Test").click()
    button = page.get_by_role("button", name="Claim")
    button.dblclick()
    expect(page.locator("#toast")).to_contain_text("Claimed.")
    page.wait_for_timeout(200)
    assert stories(live_app, "claimed") == 1


def test_lost_connection_is_said_and_taken_back(at_desk):
    page = at_desk("/desk/")
    page.route("**/*poll=1*", lambda route: route.fulfill(status=404))
    page.evaluate("document.body.dispatchEvent(new Event('rows:refresh'))")
    expect(page.locator("#offline")).to_contain_text("Not connected. The list is from")
    page.unroute("**/*poll=1*")
    refresh(page)
    expect(page.locator("#offline")).to_be_empty()


def test_private_hides_the_detail_and_what_stands_below_the_names(at_desk):
    page = at_desk("/desk/")
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    page.keyboard.press("p")
    expect(page.locator("#pane-name")).to_be_hidden()
    expect(page.locator("#rows .tag").first).to_be_hidden()
    page.reload()
    expect(page.locator("#pane-name")).to_be_hidden()
    page.keyboard.press("e")
    page.get_by_role("button", name="Show the detail").click()
    expect(page.locator("#pane-name")).to_be_visible()
    assert names(page) == ["Ada Test", "Bo Test", "Cy Test"]


@pytest.mark.parametrize("width", [1280, 390])
def test_lead_that_was_opened_from_the_list_is_covered_by_words_and_a_way_back(at_desk, width):
    page = at_desk("/desk/", width=width)
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_text("This screen can be read across the counter.")).to_be_in_viewport()
    page.get_by_role("button", name="Show the detail").click()
    expect(page.locator("#pane-name")).to_be_visible()


def test_counter_screen_hides_the_detail_after_two_minutes(at_desk):
    page = at_desk("/desk/")
    page.clock.install()
    page.reload()
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    page.evaluate("document.getElementById('rows').remove()")
    page.clock.fast_forward(119_000)
    expect(page.locator("#pane-name")).to_be_visible()
    page.clock.fast_forward(2_000)
    expect(page.locator("#pane-name")).to_be_hidden()


def test_screen_of_ones_own_stays_open(at_desk):
    page = at_desk("/desk/")
    page.locator(".me summary").click()
    page.get_by_label("Counter screen").uncheck()
    page.clock.install()
    page.reload()
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    page.evaluate("document.getElementById('rows').remove()")
    page.clock.fast_forward(600_000)
    expect(page.locator("#pane-name")).to_be_visible()


def test_answers_are_shown_in_place_to_a_coach(at_desk, live_app):
    with live_app.app_context():
        enquiry = make_enquiry(lead_named("Cy Test"))
        answers = {"age": 40, "pain_sites": ["low_back"], "leg_weakness": "foot_drop"}
        record_screening(enquiry, answers=answers, wording="I agree", at=now())
    page = at_desk("/desk/", who="Jules Test")
    page.get_by_role("link", name="Cy Test").click()
    page.get_by_role("link", name="Show the answers").click()
    expect(page.locator(".qa .flag").first).to_be_visible()
    expect(page.locator("#health-heading")).to_be_focused()
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_contain_text("Claimed.")
    expect(page.locator(".qa .flag").first).to_be_visible()


def test_back_returns_to_the_lead_before(at_desk):
    page = at_desk("/desk/")
    page.get_by_role("link", name="Ada Test").click()
    expect(page.locator("#pane-name")).to_have_text("Ada Test")
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    page.go_back()
    expect(page.locator("#pane-name")).to_have_text("Ada Test")
    page.go_back()
    expect(page.locator("#pane-name")).to_have_text("Nobody is open")


def test_phone_shows_the_list_then_the_lead_as_a_page_of_its_own(at_desk):
    page = at_desk("/desk/", width=390)
    expect(page.locator(".pane")).to_be_hidden()
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    expect(page.locator("#rows")).to_be_hidden()
    bar = page.locator(".acts").bounding_box()
    assert bar["y"] + bar["height"] == pytest.approx(860, abs=1)
    page.get_by_role("link", name="Needs action").last.click()
    expect(page.locator("#rows")).to_be_visible()


def test_whole_flow_without_a_script(at_desk, live_app):
    page = at_desk("/desk/", javascript=False)
    page.get_by_role("link", name="Bo Test").click()
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#toast")).to_contain_text("Claimed.")
    page.locator("summary", has_text="Log a call").click()
    page.get_by_role("button", name="No answer").click()
    expect(page.locator("#toast")).to_contain_text("Call logged: no answer")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#toast")).to_contain_text("Bo Test marked done")
    assert names(page) == ["Ada Test", "Cy Test"]
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#toast")).to_contain_text("Taken back")
    assert names(page) == ["Ada Test", "Bo Test", "Cy Test"]
    expect(page.locator(".js-only").first).to_be_hidden()


SMALL = """() => {
  const box = (it) => (it.closest('.row') ?? it).getBoundingClientRect();
  return [...document.querySelectorAll('a, button, summary, input, textarea')]
    .filter((it) => it.checkVisibility({visibilityProperty: true}))
    .filter((it) => it.type !== 'hidden' && !it.matches('.skip, p a'))
    .filter((it) => box(it).width && (box(it).width < 24 || box(it).height < 24))
    .map((it) => `${it.outerHTML.slice(0, 90)} ${box(it).width}x${box(it).height}`);
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_targets_are_large_enough(at_desk, width):
    page = at_desk("/desk/", width=width)
    assert page.evaluate(SMALL) == []
    page.get_by_role("link", name="Bo Test").click()
    expect(page.locator("#pane-name")).to_have_text("Bo Test")
    assert page.evaluate(SMALL) == []
    if width == 390:
        heights = [box.bounding_box()["height"] for box in page.locator(".act > .dbtn").all()]
        assert min(heights) >= 44
