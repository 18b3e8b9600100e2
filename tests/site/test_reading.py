"""The articles over HTTP: lists, search, drafts, and what machines read."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from portal.site.shelf import articles, find
from portal.staff.models import Role
from tests.desk.conftest import make_staff, sign_in
from tests.site.test_shelf import with_draft

pytestmark = pytest.mark.one_database

__all__ = ["with_draft"]
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(text: str) -> list[str]:
    return re.findall(r'<h3><a href="/articles/([a-z-]+)">', text)


def test_article_page_numbers_the_steps_and_lists_the_sources(client):
    text = client.get("/articles/sore-back").text
    sources = text.partition('id="sources-heading"')[2].partition("</ul>")[0]
    assert text.count('class="steps__head"') == 5
    assert sources.count("<li>") == len(find("sore-back").sources)


def test_article_page_gives_the_changes_to_look_out_for(client):
    before, _, box = client.get("/articles/sore-back").text.partition('id="net-heading"')
    assert '<a href="tel:911">911</a>' in box
    assert '<a href="#net-heading">what to look out for</a>' in before


def test_article_ends_in_the_call_that_fits(client):
    ends = {
        slug: re.search(
            r'data-dialog="([a-z-]+)-dialog"',
            client.get(f"/articles/{slug}").text.partition('id="band-heading"')[2],
        )[1]
        for slug in ("loosen-gently", "steady-core")
    }
    assert ends == {"loosen-gently": "day-pass", "steady-core": "consult"}


def test_list_shows_every_article_and_a_topic_only_its_own(client):
    assert listed(client.get("/articles/").text) == [article.slug for article in articles()]
    assert listed(client.get("/articles/topics/mobility").text) == ["loosen-gently"]
    assert client.get("/articles/topics/nothing").status_code == 404


def test_search_says_what_it_found_keeps_the_words_and_is_not_indexed(client):
    page = client.get("/articles/?q=hinge").text
    assert listed(page)[0] == "moves-for-every-day"
    assert ('value="hinge"' in page, '<meta name="robots" content="noindex">' in page) == (
        True,
        True,
    )
    nothing = client.get("/articles/?q=<xylophone>").text
    assert "No articles for “&lt;xylophone&gt;”" in nothing
    assert listed(nothing) == []


def test_page_that_is_not_there_offers_the_search(client):
    page = client.get("/articles/nothing")
    assert (page.status_code, 'action="/articles/" method="get"' in page.text) == (404, True)


def test_draft_opens_for_staff_alone(client, app, with_draft):
    before = client.get("/articles/not-yet").status_code, client.get("/articles/drafts").status_code
    desk = sign_in(app, make_staff("Desk Test", Role.DESK))
    page = desk.get("/articles/not-yet").text
    assert before == (404, 303)
    assert "Draft: only staff see this" in page
    assert listed(desk.get("/articles/drafts").text) == ["not-yet"]


def test_feed_is_atom_with_every_article_once(client):
    answer = client.get("/articles/feed.xml")
    feed = ET.fromstring(answer.data)  # noqa: S314 (our own)
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert answer.mimetype == "application/atom+xml"
    assert ids == [f"http://localhost/articles/{article.slug}" for article in articles()]
    assert feed.findtext(f"{ATOM}updated") == "2026-11-22T00:00:00Z"


def test_sitemap_names_only_pages_that_open(client):
    tree = ET.fromstring(client.get("/sitemap.xml").data)  # noqa: S314 (our own)
    places = [place.text for place in tree.iter(f"{SITEMAP}loc")]
    assert len(places) == len(set(places)) == 8 + 6 + len(articles())
    found = {place: client.get(place.removeprefix("http://localhost")) for place in places}
    assert {place: page.status_code for place, page in found.items()} == dict.fromkeys(places, 200)


def test_robots_are_kept_from_personal_links(client):
    text = client.get("/robots.txt").text
    assert {"Disallow: /desk/", "Disallow: /health-check/"} <= set(text.splitlines())
    assert "Sitemap: http://localhost/sitemap.xml" in text


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.slug)
def test_article_describes_itself_to_machines(client, article):
    text = client.get(f"/articles/{article.slug}?utm_source=x").text
    said = dict(re.findall(r'<meta property="og:([a-z_]+)" content="([^"]*)">', text))
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])
    here = f"http://localhost/articles/{article.slug}"
    assert re.search(r'<link rel="canonical" href="([^"]+)">', text)[1] == here
    assert (said["type"], said["title"], said["url"]) == ("article", article.title, here)
    assert (data["@type"], data["headline"], data["mainEntityOfPage"]) == (
        "Article",
        article.title,
        here,
    )


def test_picture_for_cards_is_served(client):
    text = client.get("/").text
    picture = re.search(r'og:image" content="http://localhost([^"]+)"', text)[1]
    answer = client.get(picture)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    answer.close()
