from portal.staff import queries
from portal.staff.commands import staff
from portal.staff.models import Role

PASSWORD = "a quiet green mat 42\n"


def run(app, *arguments, text=PASSWORD):
    return app.test_cli_runner().invoke(staff, arguments, input=text)


def add(app, email="Dana@Example.com", role="desk", text=PASSWORD):
    return run(app, "add", email, "--name", "Dana", "--role", role, "--password-stdin", text=text)


def test_added_person_can_sign_in(app, browser):
    result = add(app)
    assert (result.exit_code, result.output) == (
        0,
        "Dana (desk) can sign in as dana@example.com.\n",
    )
    assert browser.sign_in().status_code == 303


def test_second_account_for_an_address_is_refused(app):
    add(app)
    result = add(app, "dana@example.com ")
    assert (result.exit_code, result.output) == (
        1,
        "Error: dana@example.com has an account already.\n",
    )


def test_weak_password_is_refused_with_its_reason(app):
    assert add(app, text="short\n").output == "Error: Password must be 12 characters or more\n"
    assert queries.everyone() == []


def test_what_is_no_address_is_refused(app):
    assert add(app, "dana").output == "Error: 'dana' is not an email address.\n"


def test_unknown_role_is_refused(app):
    assert add(app, role="owner").exit_code == 2


def test_account_is_closed_opened_and_given_another_role(app, browser):
    add(app)
    assert run(app, "disable", "dana@example.com").exit_code == 0
    assert run(app, "list").output == "desk     dana@example.com  Dana  disabled\n"
    assert browser.sign_in().status_code == 422
    run(app, "enable", "dana@example.com")
    run(app, "role", "dana@example.com", "coach")
    assert queries.account_of("dana@example.com").role is Role.COACH
    assert browser.sign_in().status_code == 303


def test_password_is_replaced(app, browser):
    add(app)
    text = "a loud yellow mat 43\n"
    assert run(app, "password", "dana@example.com", "--password-stdin", text=text).exit_code == 0
    assert browser.sign_in().status_code == 422
    assert browser.sign_in(password="a loud yellow mat 43").status_code == 303


def test_password_is_asked_for_twice_without_stdin(app, browser):
    result = run(
        app, "add", "dana@example.com", "--name", "D", "--role", "desk", text=PASSWORD + PASSWORD
    )
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert browser.sign_in().status_code == 303


def test_unknown_address_is_said(app):
    assert run(app, "disable", "nobody@example.com").output == "Error: Nobody has that address.\n"
