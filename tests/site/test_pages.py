"""The open pages: found, linked, without cookies, and honest."""

import gzip
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.extensions import db

pytestmark = pytest.mark.one_database

PAGES = (
    "/",
    "/articles/",
    "/articles/confidence-in-small-steps",
    "/articles/loosen-gently",
    "/articles/sore-back",
    "/articles/topics/evidence",
    "/how-screening-works",
    "/privacy",
)


def links(text: str) -> set[str]:
    return set(re.findall(r'<a [^>]*href="([^"#][^"]*)"', text))


@pytest.mark.parametrize("path", PAGES)
def test_page_opens_without_a_cookie(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])


@pytest.fixture
def statements(app):
    """What is sent to the database during the test."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_page_does_not_touch_the_database_but_for_the_replies_under_an_article(
    client, statements, path
):
    client.get("/privacy")
    statements.clear()
    client.get(path)
    is_article = path.startswith("/articles/") and not path.startswith("/articles/topics/")
    asked = [statement for statement in statements if statement != "BEGIN"]
    assert len(asked) == (2 if is_article and path != "/articles/" else 0)


@pytest.mark.parametrize("path", PAGES)
def test_page_offers_both_ways_in(client, path):
    text = client.get(path).text
    assert {"/consult", "/day-pass", "/privacy", "/staff/sign-in"} <= links(text)
    assert text.count('data-dialog="consult-dialog"') >= 2


@pytest.mark.parametrize("path", PAGES)
def test_every_link_on_a_page_leads_somewhere(client, path):
    inside = {link for link in links(client.get(path).text) if link.startswith("/")}
    assert {link: client.get(link).status_code for link in inside} == dict.fromkeys(inside, 200)


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_nothing_from_elsewhere(client, path):
    sources = re.findall(
        r'(?:src|<link rel="(?!canonical|alternate)[^>]* href)="([^"]+)"', client.get(path).text
    )
    assert [source for source in sources if not source.startswith("/static/")] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_never_says_what_a_coach_may_not(client, path):
    cited = r"<dt>Sources?</dt><dd>.*?</dd>"
    text = re.sub(cited, "", client.get(path).text).lower()
    banned = ("red flag", "low risk", "you are safe", "cleared for", "we treat", "we fix", "cure")
    assert [words for words in banned if words in text] == []


@pytest.mark.parametrize("path", PAGES)
def test_title_names_no_symptom(client, path):
    title = re.search(r"<title>(.*?)</title>", client.get(path).text)[1].lower()
    assert re.findall(r"pain|numb|weak|pee|bowel|chest|fever", title) == []


def header(client, path: str) -> str:
    return client.get(path).text.partition("</nav>")[0]


def test_the_page_one_is_on_is_marked_in_the_header(client):
    marked = {
        path: re.findall(r'aria-current="(\w+)">([^<]+)', header(client, path)) for path in PAGES
    }
    assert marked == {
        "/": [("page", "Home")],
        "/articles/": [("page", "Articles")],
        **{
            path: [("true", "Articles")]
            for path in PAGES
            if path.startswith("/articles/") and path != "/articles/"
        },
        "/how-screening-works": [("page", "How screening works")],
        "/privacy": [],
    }


def test_footer_says_where_and_when(client):
    footer = client.get("/").text.partition("<footer")[2]
    assert ("418 Wharf Street" in footer, "Open 6 am to 9 pm, every day" in footer) == (True, True)


def test_only_the_demo_says_that_it_is_one(client, app, monkeypatch):
    words = "Demo studio: invented people"
    before = words in client.get("/").text
    settings = app.extensions["settings"]
    monkeypatch.setitem(
        app.extensions, "settings", type(settings)(**{**vars(settings), "demo": True})
    )
    assert (before, words in client.get("/").text) == (False, True)


def test_health_answers_in_plain_text(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "ok\n")


def test_cold_article_fits_in_seven_requests_and_fifty_kilobytes(app):
    client = FlaskClient(app, app.response_class)
    wanted = {"Accept-Encoding": "gzip"}
    page = client.get("/articles/sore-back", headers=wanted)
    text = gzip.decompress(page.data).decode()
    files = set(re.findall(r'(?:src|<link[^>]* href)="(/static/[^"]+)"', text))
    sizes = [len(page.data)]
    for file in sorted(files):
        with client.get(file, headers=wanted) as answer:
            sizes.append(len(answer.get_data()))
    assert (len(sizes) <= 7, sum(sizes) <= 50_000) == (True, True), sizes
