import re

import pytest

from portal.staff import actions, guard
from portal.staff.models import Role
from tests.staff.conftest import PASSWORD, Browser, token_of

pytestmark = pytest.mark.one_database

STALE = (
    "This page was open for a long time, so we need you to send it again. "
    "Your answers are still here."
)
FRAGMENT = {"HX-Request-Type": "partial"}


def test_stranger_is_sent_to_sign_in_and_back(browser):
    answer = browser.client.get("/test/note?view=mine")
    assert (answer.status_code, answer.location) == (
        303,
        "/staff/sign-in?next=/test/note?view%3Dmine",
    )


def test_form_of_a_stranger_goes_to_sign_in_and_back_to_its_page(browser):
    answer = browser.client.post(
        "/test/note", data={"text": "x"}, headers={"Referer": "http://localhost/test/note"}
    )
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in?next=/test/note")


def test_page_of_another_site_is_never_returned_to(browser):
    answer = browser.client.post("/test/note", headers={"Referer": "http://evil.example/test/note"})
    assert answer.location == "/staff/sign-in"


@pytest.mark.parametrize("name", ["Referer", "HX-Current-URL"])
def test_page_that_is_no_address_is_never_returned_to(browser, name):
    answer = browser.client.post("/test/note", headers={name: "http://[not-an-address"})
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")


def test_fragment_of_a_stranger_moves_the_whole_page(browser):
    answer = browser.client.get(
        "/test/note", headers={**FRAGMENT, "HX-Current-URL": "http://localhost/desk/?view=mine"}
    )
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["HX-Redirect"] == "/staff/sign-in?next=/desk/?view%3Dmine"


def test_page_after_a_lost_session_says_why(browser, dana, clock):
    browser.sign_in()
    clock.advance(hours=2)
    assert "we signed you out" in browser.client.get("/staff/sign-in").text


@pytest.mark.parametrize(
    ("role", "code"), [(Role.DESK, 403), (Role.COACH, 200), (Role.MANAGER, 200)]
)
def test_role_decides(browser, app, role, code):
    actions.add_staff(email="kit@example.com", name="Kit", role=role, password=PASSWORD)
    browser.sign_in("kit@example.com")
    assert browser.client.get("/test/answers").status_code == code


def test_guarded_view_says_who_may_in(guarded_app):
    views = guarded_app.view_functions
    assert views["answers"].guarded_by == {Role.COACH, Role.MANAGER}
    assert views["note"].guarded_by == set(Role)
    assert not hasattr(views["staff.sign_in"], "guarded_by")


def test_template_knows_who_is_signed_in(browser, dana):
    browser.sign_in()
    assert "Dana Desk" in browser.client.get("/test/note").text


def test_nobody_is_signed_in_on_an_unguarded_page(app):
    with app.test_request_context("/"), pytest.raises(LookupError):
        guard.current_staff()


def test_form_with_its_token_goes_through(browser, dana):
    browser.sign_in()
    token = browser.staff_token()
    by_field = browser.client.post("/test/note", data={"text": "called", "csrf_token": token})
    by_header = browser.client.post(
        "/test/note", data={"text": "called"}, headers={"X-CSRFToken": token}
    )
    assert (by_field.text, by_header.text) == ("called", "called")


@pytest.mark.parametrize("token", ["", "x", "1.2.3"])
def test_form_without_its_token_is_kept_and_asked_for_again(browser, dana, token):
    browser.sign_in()
    typed = {"text": 'said <b>"hello"</b>', "outcome": ["a", "b"], "csrf_token": token}
    answer = browser.client.post("/test/note", data=typed)
    assert answer.status_code == 403
    assert STALE in answer.text
    assert 'name="text" value="said &lt;b&gt;&#34;hello&#34;&lt;/b&gt;"' in answer.text
    assert answer.text.count('name="outcome"') == 2


def test_form_sent_again_goes_through(browser, dana):
    browser.sign_in()
    refused = browser.client.post("/test/note", data={"text": "called"})
    assert 'action="/test/note"' in refused.text
    token = refused.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    again = browser.client.post("/test/note", data={"text": "called", "csrf_token": token})
    assert (again.status_code, again.text) == (200, "called")


def test_token_of_another_session_is_refused(browser, other_browser, dana):
    browser.sign_in()
    other_browser.sign_in()
    token = browser.staff_token()
    answer = other_browser.client.post("/test/note", data={"text": "x", "csrf_token": token})
    assert answer.status_code == 403


def test_token_of_an_earlier_session_is_refused(browser, dana):
    browser.sign_in()
    token = browser.staff_token()
    browser.sign_in()
    assert browser.client.post("/test/note", data={"csrf_token": token}).status_code == 403


def test_form_from_another_site_is_refused_without_a_second_chance(browser, dana):
    browser.sign_in()
    answer = browser.client.post(
        "/test/note",
        data={"text": "planted", "csrf_token": browser.staff_token()},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "planted" not in answer.text


def test_fragment_with_a_bad_token_gets_the_words_alone(browser, dana):
    browser.sign_in()
    answer = browser.client.post("/test/note", data={"text": "x"}, headers=FRAGMENT)
    assert (answer.status_code, answer.text) == (403, STALE)


def send_after_the_session(browser, clock, **headers):
    """Type something, be away for two hours, and press."""
    browser.sign_in()
    token = browser.staff_token()
    clock.advance(hours=2)
    typed = {"text": "said <b>é</b>", "outcome": ["a", "b"], "csrf_token": token}
    return browser.client.post("/test/note", data=typed, headers=headers)


def sign_in_on(browser, page, email="dana@example.com"):
    unsent = re.search(r'name="unsent" value="([^"]+)"', page.text)[1]
    return browser.sign_in(email, unsent=unsent)


def test_what_was_typed_as_the_session_ended_is_sent_after_signing_in(browser, dana, clock):
    page = send_after_the_session(browser, clock)
    assert page.status_code == 403
    assert "What you had typed is kept" in page.text
    assert "said" not in page.text
    again = sign_in_on(browser, page)
    assert again.status_code == 200
    assert "You are signed in again" in again.text
    assert 'action="/test/note"' in again.text
    assert 'name="text" value="said &lt;b&gt;é&lt;/b&gt;"' in again.text
    assert again.text.count('name="outcome"') == 2
    sent = {"text": "said", "csrf_token": token_of(again)}
    assert browser.client.post("/test/note", data=sent).text == "said"


def test_what_was_typed_survives_a_wrong_password(browser, dana, clock):
    page = send_after_the_session(browser, clock)
    unsent = re.search(r'name="unsent" value="([^"]+)"', page.text)[1]
    wrong = browser.sign_in(password="another green mat 42", unsent=unsent)
    assert wrong.status_code == 422
    assert "said &lt;b&gt;é" in sign_in_on(browser, wrong).text


def test_what_somebody_else_had_typed_is_not_shown(browser, dana, clock):
    actions.add_staff(email="kit@example.com", name="Kit", role=Role.COACH, password=PASSWORD)
    page = send_after_the_session(browser, clock)
    answer = sign_in_on(browser, page, email="kit@example.com")
    assert (answer.status_code, answer.location) == (303, "/desk/")


@pytest.mark.parametrize("planted", ["x", "x.y", "@studio.AAAA", "ä.ä"])
def test_what_nobody_sealed_is_not_shown(browser, dana, planted):
    assert browser.sign_in(unsent=planted).location == "/desk/"


def test_form_of_another_session_is_not_kept(browser, other_browser, dana, clock):
    browser.sign_in()
    other_browser.sign_in()
    token = browser.staff_token()
    clock.advance(hours=2)
    answer = other_browser.client.post("/test/note", data={"text": "x", "csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")


def test_fragment_after_the_session_is_refused_so_that_its_form_is_sent_as_a_page(
    browser, dana, clock
):
    answer = send_after_the_session(browser, clock, **FRAGMENT)
    assert (answer.status_code, answer.text) == (403, STALE)
    assert "HX-Redirect" not in answer.headers


def test_session_that_ends_while_a_view_runs_is_no_error(browser, dana, guarded_app):
    browser.sign_in()
    with guarded_app.test_request_context(headers={"Cookie": f"desk={browser.cookie}"}):
        session = guard.live_session()
        actions.close_session(session.token_hash)
        assert session.staff.name == "Dana Desk"


def test_signed_in_browser_is_a_stranger_in_another_one(browser, dana, guarded_app):
    browser.sign_in()
    assert not Browser(guarded_app.test_client()).is_signed_in
