import statistics
import time

import pytest
from argon2 import PasswordHasher

from portal.extensions import db, transaction
from portal.staff import actions, destination, passwords
from portal.staff.models import StaffSession
from tests.staff.conftest import PASSWORD, token_of

WRONG = "That email and password do not go together. Check both and try again"


def test_right_password_opens_the_desk(browser, dana):
    answer = browser.sign_in()
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert browser.is_signed_in


def test_email_is_taken_in_any_case_and_with_blanks(browser, dana):
    assert browser.sign_in(email=" Dana@Example.COM ").status_code == 303


def test_nul_in_the_email_counts_as_a_blank(browser, dana):
    assert browser.sign_in(email="dana@example.com\0").status_code == 303


def test_page_asks_for_what_it_needs_and_keeps_the_email(browser, dana):
    answer = browser.sign_in(password="")
    assert answer.status_code == 422
    assert "<title>Error: Sign in" in answer.text
    assert answer.text.count("Enter your password") == 2
    assert 'value="dana@example.com"' in answer.text
    assert "Enter your email address" in browser.sign_in(email="").text


def test_password_is_never_sent_back(browser, dana):
    assert "wrong but long enough" not in browser.sign_in(password="wrong but long enough").text


def test_wrong_password_and_unknown_and_closed_accounts_read_the_same(browser, dana):
    actions.add_staff(
        email="kit@example.com", name="Kit Gone", role=dana.role, password="another green mat 43"
    )
    actions.disable("kit@example.com")
    pages = [
        browser.sign_in("dana@example.com", "not the password 1"),
        browser.sign_in("nobody@example.com", "not the password 1"),
        browser.sign_in("kit@example.com", "another green mat 43"),
    ]
    assert [page.status_code for page in pages] == [422] * 3
    texts = {
        page.text.replace(token_of(page), "").replace(name, "")
        for page, name in zip(pages, ("dana@", "nobody@", "kit@"), strict=True)
    }
    assert len(texts) == 1
    assert WRONG in texts.pop()


@pytest.mark.real_time
def test_unknown_accounts_cost_the_same_work(browser, app, monkeypatch):
    person = actions.add_staff(
        email="dana@example.com", name="Dana Desk", role="desk", password=PASSWORD
    )
    assert person.password_hash.split("$")[:4] == passwords.NOBODYS.split("$")[:4]
    known, unknown = [], []
    for n in range(8):
        for email, times in (("dana@example.com", known), (f"nobody{n}@example.com", unknown)):
            started = time.perf_counter()
            browser.sign_in(email, "not the password 1")
            times.append(time.perf_counter() - started)
    assert 0.6 < statistics.median(known) / statistics.median(unknown) < 1.7


def test_old_hash_is_renewed_at_sign_in(browser, dana):
    with transaction():
        dana.password_hash = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    assert browser.sign_in().status_code == 303
    assert dana.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert browser.sign_in().status_code == 303


def test_password_changed_while_it_is_checked_opens_nothing(browser, dana):
    proven = dana.password_hash
    actions.set_password("dana@example.com", "a loud yellow mat 43")
    assert not actions.open_session(
        dana, proven=proven, token_hash="0" * 64, instead_of=None, fresh=None
    )
    assert db.session.query(StaffSession).count() == 0


def test_form_of_another_page_signs_nobody_in(browser, dana, app):
    answer = browser.client.post(
        "/staff/sign-in", data={"email": "dana@example.com", "password": PASSWORD}
    )
    assert answer.status_code == 422
    assert browser.cookie is None


def test_form_sent_by_another_site_is_refused(browser, dana):
    token = token_of(browser.client.get("/staff/sign-in"))
    answer = browser.client.post(
        "/staff/sign-in",
        data={"email": "dana@example.com", "password": PASSWORD, "csrf_token": token},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert browser.cookie is None


def test_who_is_signed_in_goes_straight_on(browser, dana):
    browser.sign_in()
    assert browser.client.get("/staff/sign-in").location == "/desk/"
    assert browser.client.get("/staff/sign-in?next=/desk/leads/7").location == "/desk/leads/7"


def test_300_guesses_reach_the_hash_10_times(browser, dana, monkeypatch):
    hashed, matches = [], passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *both: hashed.append(1) or matches(*both))
    codes = [browser.sign_in(password=f"guess number {n:04}").status_code for n in range(300)]
    assert len(hashed) == 10
    assert codes == [422] * 10 + [429] * 290


def test_throttled_page_is_kind_and_keeps_the_email(browser, dana, clock):
    for n in range(10):
        browser.sign_in(password=f"guess number {n:04}")
    answer = browser.sign_in()
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "You have tried to sign in several times. Wait 15 minutes, then try again" in answer.text
    assert 'value="dana@example.com"' in answer.text
    clock.advance(minutes=15)
    assert browser.sign_in().status_code == 303


def test_throttle_of_one_account_leaves_others_alone(browser, dana):
    actions.add_staff(email="kit@example.com", name="Kit", role=dana.role, password=PASSWORD)
    for n in range(11):
        browser.sign_in(password=f"guess number {n:04}")
    assert browser.sign_in("kit@example.com").status_code == 303


def test_throttle_counts_unknown_accounts_too(browser, dana):
    codes = [browser.sign_in("nobody@example.com").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_one_address_gets_100_guesses_over_all_accounts(browser, dana):
    guesses = [(f"nobody{n}@example.com", "x") for n in range(101)]
    codes = [browser.sign_in(*guess).status_code for guess in guesses]
    assert codes == [422] * 100 + [429]


def test_right_passwords_do_not_use_up_the_tries(browser, dana):
    assert {browser.sign_in().status_code for _ in range(25)} == {303}


QUIRKS = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "%20//evil.example",
    "/desk//evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,hi",
    "evil.example",
    "@evil.example",
    "/@evil.example",
    "/desk/@evil.example",
    "/\u2215evil.example",
    "/\u2044evil.example",
    "\uff0f\uff0fevil.example",
    "/\x00/evil.example",
    "/\x0bevil.example",
    "/\u3000/evil.example",
    "?next=//evil.example",
    "/desk/\r\nSet-Cookie: a=b",
    "/" + "a" * 600,
    "/staff/sign-out",
    "",
]


@pytest.mark.parametrize("address", QUIRKS)
def test_address_that_browsers_bend_is_no_path_of_ours(address):
    assert destination.own_path(address) is None


def test_next_never_leaves_the_site(browser, dana):
    for address in QUIRKS[::4]:
        assert browser.sign_in(next=address).location == "/desk/"
        page = browser.client.get("/staff/sign-in", query_string={"next": address})
        assert page.location == "/desk/"


def test_next_leads_to_the_page_that_was_asked_for(browser, dana):
    for address in ("/desk/leads/7", "/desk/?view=mine&page=2", "/desk/leads/7?a=%2F"):
        assert browser.sign_in(next=address).location == address


def test_next_survives_a_wrong_password(browser, dana):
    page = browser.sign_in(password="not the password 1", next="/desk/leads/7")
    assert 'name="next" value="/desk/leads/7"' in page.text
