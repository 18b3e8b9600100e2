"""Empty forms are rendered once a day, and say where their reader came in."""

import contextlib
import re

import pytest
import sqlalchemy as sa
from flask import template_rendered
from sqlalchemy.exc import OperationalError
from wtforms import Form

from portal.extensions import db
from portal.leads import blank
from portal.leads.blank import KEPT
from tests.leads.conftest import fields

pytestmark = pytest.mark.one_database


@pytest.fixture
def rendered(app):
    """The names of the templates rendered during the test."""
    names = []

    def note(_app, template, **_):
        names.append(template.name)

    with template_rendered.connected_to(note, app):
        app.extensions.pop(KEPT, None)
        yield names


def test_empty_form_is_rendered_once_a_day(client, rendered, clock):
    for _ in range(3):
        client.get("/")
    assert rendered.count("leads/_form.html") == 2
    clock.advance(days=1)
    client.get("/")
    assert rendered.count("leads/_form.html") == 4


def test_page_of_a_form_is_rendered_once_a_day(client, rendered, clock):
    texts = [client.get("/consult").text for _ in range(3)]
    assert rendered.count("leads/page.html") == 1
    assert len({fields(text)["key"] for text in texts}) == 3
    client.get("/day-pass")
    assert rendered.count("leads/page.html") == 2
    clock.advance(days=1)
    client.get("/consult")
    assert rendered.count("leads/page.html") == 3


def test_kept_page_and_drawn_page_are_the_same(client, app):
    def drawn(path):
        app.extensions.pop(KEPT, None)
        return [blurred(client.get(path).text) for _ in range(2)]

    for path in ("/consult", "/day-pass", "/"):
        first, second = drawn(path)
        assert first == second


def blurred(text):
    return re.sub(r'(name="(?:key|csrf_token)" value=)"[^"]+"', r"\1", text)


FORMS = ("/consult", "/day-pass", "/")


@contextlib.contextmanager
def each_question(fails):
    """Let every question to the database end in this error."""

    def fail(*_args, **_kwargs):
        raise fails

    sa.event.listen(db.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", fail)


def test_kept_form_needs_neither_database_nor_form_object(client, monkeypatch):
    for path in FORMS:
        client.get(path)
    monkeypatch.setattr(Form, "__init__", lambda *_args, **_kwargs: pytest.fail("A form was made."))
    with each_question(fails=AssertionError()):
        assert [client.get(path).status_code for path in FORMS] == [200, 200, 200]


def test_form_is_drawn_while_the_database_is_away(client, app):
    app.extensions.pop(KEPT, None)
    with each_question(fails=OperationalError("", {}, Exception("away"))):
        assert [client.get(path).status_code for path in FORMS] == [200, 200, 200]


@pytest.mark.parametrize(
    ("path", "referer", "landing", "referrer"),
    [
        ("/consult", "", "/consult", ""),
        ("/consult?utm_source=ig&utm_term=a%20b", "", "/consult?utm_source=ig&utm_term=a%20b", ""),
        ("/consult", "https://ig.example/p?x=1", "/consult", "https://ig.example/p?x=1"),
        ("/consult", "http://localhost/?utm_source=ig", "/?utm_source=ig", ""),
        ("/consult?utm_source=b", "http://localhost/?utm_source=ig", "/consult?utm_source=b", ""),
        ("/consult", "http://localhost/health-check/secret/", "/consult", ""),
        ("/consult", "http://localhost/desk/", "/consult", ""),
        ("/consult", "http://[", "/consult", "http://["),
        ('/consult?a="><script>', "", '/consult?a="><script>', ""),
    ],
)
def test_form_remembers_where_its_reader_came_in(client, path, referer, landing, referrer):
    sent = fields(client.get(path, headers={"Referer": referer} if referer else {}).text)
    assert (sent["landing"], sent["referrer"]) == (landing, referrer)


def test_long_addresses_are_cut(client):
    sent = fields(
        client.get("/consult?" + "x" * 2000, headers={"Referer": "https://a/" + "y" * 2000}).text
    )
    assert (len(sent["landing"]), len(sent["referrer"])) == (500, 500)


def test_typed_marks_do_not_open_gaps(client, ask):
    answer = ask(name="@consult:key@ @landing@", email="nowhere")
    assert fields(answer.text)["name"] == "@consult:key@ @landing@"


def test_landing_cannot_pose_as_another_gap(client):
    sent = fields(client.get("/consult?@consult:key@").text)
    assert sent["landing"] == "/consult?@consult:key@"


def test_form_is_known_to_every_template(app):
    assert app.jinja_env.globals["lead_form"] is blank.lead_form
