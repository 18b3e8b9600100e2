"""Every way to fail ends on a page that a person can use, and none of them needs the database."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from sqlalchemy.exc import DataError, NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError

from portal import create_app
from portal.errors import WrongStateError
from portal.leads.models import Lead
from portal.tokens import DeadLinkError
from tests.conftest import CriticalClient, make_settings

AS_FRAGMENT = {"HX-Request-Type": "partial"}
FAILURES = {
    "missing-row": (NoResultFound(), 404),
    "erased-while-read": (ObjectDeletedError(sa.inspect(Lead())), 404),
    "stale": (WrongStateError(), 409),
    "fits-no-column": (DataError("SELECT 1", {}, Exception("out of range")), 400),
    "database-away": (OperationalError("SELECT 1", {}, Exception("gone")), 503),
    "pool-empty": (PoolTimeoutError(), 503),
    "bug": (ZeroDivisionError(), 500),
    "link-ended": (DeadLinkError("dead", expired=True), 410),
    "link-foreign": (DeadLinkError("dead", expired=False), 404),
}


@pytest.fixture(scope="module")
def failing_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application whose database cannot be opened, with a route for every failure."""
    nowhere = tmp_path_factory.mktemp("errors") / "missing" / "folder.sqlite"
    app = create_app(
        make_settings(tmp_path_factory.mktemp("instance"), f"sqlite:///{nowhere}", TRUSTED_HOSTS="")
    )

    @app.get("/fail/<name>")
    def fail(name: str) -> str:
        raise FAILURES[name][0]

    @app.get("/abort/<int:code>")
    def stop(code: int) -> str:
        abort(code)

    app.test_client_class = CriticalClient
    return app


def heading(text: str) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", text)[1]


@pytest.mark.parametrize("name", FAILURES)
def test_failure_is_a_page_with_its_status(failing_app, name):
    answer = failing_app.test_client().get(f"/fail/{name}")
    assert (answer.status_code, answer.mimetype) == (FAILURES[name][1], "text/html")


@pytest.mark.parametrize("name", FAILURES)
def test_failure_inside_a_page_is_one_line(failing_app, name):
    answer = failing_app.test_client().get(f"/fail/{name}", headers=AS_FRAGMENT)
    assert answer.status_code == FAILURES[name][1]
    assert re.findall(r"<(?:p|html)[ >]", answer.text) == ["<p "]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "We could not read that"),
        (403, "This page is not yours to open"),
        (404, "There is no page here"),
        (409, "This changed meanwhile"),
        (413, "That was too much at once"),
        (418, "We could not read that"),
        (429, "That was a lot in a short time"),
        (500, "Something broke on our side"),
        (502, "Something broke on our side"),
        (503, "We are not quite there"),
    ],
)
def test_each_code_has_its_own_words(failing_app, code, words):
    answer = failing_app.test_client().get(f"/abort/{code}")
    assert (answer.status_code, heading(answer.text)) == (code, words)


def test_a_personal_link_that_ended_says_so(failing_app):
    ended, foreign = (
        failing_app.test_client().get(f"/fail/{name}") for name in ("link-ended", "link-foreign")
    )
    assert [heading(ended.text), heading(foreign.text)] == [
        "This link has ended",
        "This link does not open",
    ]


def test_a_busy_database_asks_to_try_again(failing_app):
    assert failing_app.test_client().get("/fail/database-away").headers["Retry-After"] == "5"


def test_wrong_method_says_which_is_allowed(failing_app):
    answer = failing_app.test_client().post("/privacy")
    assert (answer.status_code, set(answer.allow)) == (405, {"GET", "HEAD", "OPTIONS"})


def test_error_page_gives_the_phone_and_the_emergency_number(failing_app):
    text = failing_app.test_client().get("/nowhere").text
    assert ('href="tel:5550100142"' in text, 'href="tel:911"' in text) == (True, True)


def test_public_pages_open_while_the_database_is_away(failing_app):
    client = failing_app.test_client()
    pages = ("/", "/articles/", "/articles/sore-back", "/how-screening-works", "/privacy")
    assert [client.get(path).status_code for path in pages] == [200] * 5


def test_health_says_when_the_database_is_away(failing_app):
    answer = failing_app.test_client().get("/healthz")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")


def test_a_foreign_host_gets_a_page_too(tmp_path):
    settings = make_settings(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}", TRUSTED_HOSTS="a.test")
    answer = create_app(settings).test_client().get("/", headers={"Host": "evil.test"})
    assert (answer.status_code, heading(answer.text)) == (400, "We could not read that")


def test_the_log_names_the_page_that_broke_and_not_the_link_in_its_address(failing_app, caplog):
    failing_app.test_client().get("/fail/bug?chat=token")
    assert "Something broke on GET /fail/<name>" in caplog.text
    assert ("/fail/bug" in caplog.text, "token" in caplog.text) == (False, False)
