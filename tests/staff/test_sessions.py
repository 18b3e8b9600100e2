import pytest
import sqlalchemy as sa

from portal.extensions import db
from portal.staff import actions, cookie
from portal.staff.models import Role, StaffSession


def sessions():
    db.session.rollback()
    return db.session.scalars(sa.select(StaffSession)).all()


def test_cookie_is_for_this_host_only_and_out_of_reach_of_scripts(browser, dana):
    [header] = browser.sign_in().headers.getlist("Set-Cookie")
    name, *flags = header.split("; ")
    assert name.startswith("desk=")
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_cookie_over_tls_is_locked_to_the_host(app, monkeypatch):
    settings = app.extensions["settings"]
    monkeypatch.setattr(type(settings), "secure_cookies", property(lambda _: True))
    with app.test_request_context():
        header = cookie.give(app.response_class(), "x").headers["Set-Cookie"]
    assert header == "__Host-desk=x; Secure; HttpOnly; Path=/; SameSite=Lax"


def test_database_holds_no_usable_token(browser, dana):
    browser.sign_in()
    [session] = sessions()
    assert len(browser.cookie) == 43
    assert session.token_hash == cookie.hash_of(browser.cookie)
    assert browser.cookie not in session.token_hash


def test_copied_cookie_opens_nothing_after_sign_out(browser, other_browser, dana):
    browser.sign_in()
    other_browser.cookie = browser.cookie
    assert other_browser.is_signed_in
    browser.sign_out()
    assert not other_browser.is_signed_in
    assert sessions() == []


def test_sign_out_empties_the_browser_and_says_so(browser, dana):
    browser.sign_in()
    answer = browser.sign_out()
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in?left=1")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookie is None
    assert "You are signed out" in browser.client.get(answer.location).text


def test_sign_in_gives_a_new_token_and_kills_the_old_one(browser, other_browser, dana):
    browser.sign_in()
    other_browser.cookie = before = browser.cookie
    browser.sign_in()
    assert browser.cookie != before
    assert not other_browser.is_signed_in
    assert len(sessions()) == 1


def test_planted_token_never_becomes_a_session(browser, other_browser, dana):
    browser.cookie = other_browser.cookie = "planted"
    browser.sign_in()
    assert browser.cookie != "planted"
    assert not other_browser.is_signed_in


def test_two_browsers_of_one_person_are_two_sessions(browser, other_browser, dana):
    browser.sign_in()
    other_browser.sign_in()
    browser.sign_out()
    assert other_browser.is_signed_in


def test_idle_screen_signs_itself_out(browser, dana, clock):
    browser.sign_in()
    clock.advance(minutes=59, seconds=59)
    assert browser.is_signed_in
    clock.advance(seconds=1)
    assert not browser.is_signed_in


def test_use_keeps_the_session_but_never_beyond_twelve_hours(browser, dana, clock):
    browser.sign_in()
    for _ in range(23):
        clock.advance(minutes=30)
        assert browser.client.get("/test/note").status_code == 200
    clock.advance(minutes=29, seconds=59)
    assert browser.client.get("/test/note").status_code == 200
    clock.advance(seconds=1)
    assert browser.client.get("/test/note").status_code == 303


@pytest.mark.parametrize(
    "poll",
    [
        {"path": "/test/heartbeat"},
        {"path": "/test/note?poll=1", "headers": {"HX-Request-Type": "partial"}},
    ],
)
def test_polling_does_not_count_as_use(browser, dana, clock, poll):
    browser.sign_in()
    for _ in range(2):
        clock.advance(minutes=25)
        assert browser.client.get(**poll).status_code == 200
    clock.advance(minutes=10)
    assert not browser.is_signed_in


def test_poll_in_the_address_of_a_page_is_still_use(browser, dana, clock):
    browser.sign_in()
    clock.advance(minutes=50)
    browser.client.get("/test/note?poll=1")
    clock.advance(minutes=50)
    assert browser.is_signed_in


def test_use_is_written_at_most_once_a_minute(browser, dana, clock):
    browser.sign_in()
    [session] = sessions()
    started = session.seen_at
    clock.advance(seconds=59)
    browser.client.get("/test/note")
    assert sessions()[0].seen_at == started
    clock.advance(seconds=1)
    browser.client.get("/test/note")
    assert (sessions()[0].seen_at - started).total_seconds() == 60


@pytest.mark.parametrize(
    "change",
    [
        lambda: actions.disable("dana@example.com"),
        lambda: actions.enable("dana@example.com"),
        lambda: actions.change_role("dana@example.com", Role.COACH),
        lambda: actions.set_password("dana@example.com", "a loud yellow mat 43"),
    ],
    ids=["disabled", "enabled", "role", "password"],
)
def test_change_of_the_account_ends_its_sessions(browser, other_browser, dana, change):
    actions.add_staff(
        email="kit@example.com", name="Kit Coach", role=Role.COACH, password="another green mat 43"
    )
    browser.sign_in()
    other_browser.sign_in("kit@example.com", "another green mat 43")
    change()
    assert not browser.is_signed_in
    assert other_browser.is_signed_in


def test_sessions_past_their_time_are_swept_at_the_next_sign_in(
    browser, other_browser, dana, clock
):
    browser.sign_in()
    clock.advance(hours=13)
    other_browser.sign_in()
    assert len(sessions()) == 1


def test_public_pages_set_no_cookie(browser, app):
    for path in ("/", "/staff/sign-in"):
        assert "Set-Cookie" not in browser.client.get(path).headers
