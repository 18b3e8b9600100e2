"""Who may show a page of ours in a frame: the studio's list, and never a guarded page."""

import re

import pytest

from portal import create_app
from tests.conftest import make_settings

pytestmark = pytest.mark.one_database

HOSTS = ("https://www.studio.example", "https://*.partner.example")


@pytest.fixture
def open_client(tmp_path):
    """Visit an app whose studio lets two sites show its forms."""
    settings = make_settings(
        tmp_path, f"sqlite:///{tmp_path / 'portal.sqlite'}", EMBED_HOSTS=", ".join(HOSTS)
    )
    return create_app(settings).test_client()


def ancestors(answer) -> str:
    return re.search("frame-ancestors (.*)", answer.headers["Content-Security-Policy"])[1]


@pytest.mark.parametrize("path", ["/consult", "/day-pass", "/privacy", "/"])
def test_listed_sites_may_show_open_pages(open_client, path):
    assert ancestors(open_client.get(path)) == f"'self' {' '.join(HOSTS)}"


@pytest.mark.parametrize("path", ["/desk/", "/staff/sign-in", "/articles/drafts", "/nowhere"])
def test_nobody_may_show_the_staffs_pages(open_client, path):
    assert ancestors(open_client.get(path)) == "'none'"


def test_without_a_list_nobody_shows_anything(client):
    assert {ancestors(client.get(path)) for path in ("/", "/consult", "/desk/")} == {"'none'"}


def test_framed_page_is_told_apart_from_the_whole_one(client):
    whole = client.get("/consult").text
    framed = client.get("/consult", headers={"Sec-Fetch-Dest": "iframe"}).text
    again = client.get("/consult").text
    assert [" data-framed" in page for page in (whole, framed, again)] == [False, True, False]
    assert [page.count("<dialog") for page in (whole, framed)] == [1, 0]


def test_script_for_other_sites_is_small_and_may_be_kept(client):
    answer = client.get("/embed.js")
    assert (answer.mimetype, len(answer.data) < 3000) == ("text/javascript", True)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
