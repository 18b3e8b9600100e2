"""The shelf: which articles there are, and how one is found."""

import dataclasses
from datetime import date

import pytest

from portal.site import shelf
from portal.site.shelf import articles, drafts, find, matching, on, related, topics

STRATEGIES = {
    "listening-first",
    "steady-core",
    "loosen-gently",
    "moves-for-every-day",
    "confidence-in-small-steps",
}


@pytest.fixture
def with_draft(monkeypatch):
    """A shelf on which one article is not out yet."""
    draft = dataclasses.replace(find("sore-back"), slug="not-yet", title="Not Yet", draft=True)
    everything = (*shelf._all(), draft)  # noqa: SLF001
    monkeypatch.setattr(shelf, "_all", lambda: everything)
    return draft


def test_there_is_an_article_for_each_strategy_and_one_for_all():
    assert {article.slug for article in articles()} == STRATEGIES | {"sore-back"}


def test_articles_stand_the_latest_first():
    dates = [article.published for article in articles()]
    assert dates == sorted(dates, reverse=True)


def test_article_is_read_once():
    assert shelf._all() is shelf._all()  # noqa: SLF001


@pytest.mark.parametrize("slug", sorted(STRATEGIES | {"sore-back"}))
def test_article_names_its_sources_its_author_and_known_topics(slug):
    article = find(slug)
    assert (len(article.sources) >= 3, bool(article.author)) == (True, True)
    assert set(article.topics) <= set(shelf.TOPICS)
    assert (article.published, article.call.form) >= (date(2026, 1, 1), "consult")
    assert article.call.form in {"consult", "day-pass"}


@pytest.mark.parametrize("slug", sorted(STRATEGIES))
def test_article_is_read_in_a_few_minutes(slug):
    assert 2 <= find(slug).minutes <= 7


def test_draft_is_on_no_list_but_its_own(with_draft):
    assert with_draft not in articles()
    assert drafts() == (with_draft,)
    assert with_draft not in related(find("sore-back"))
    assert with_draft not in matching("not yet")


def test_every_topic_has_an_article():
    assert {slug: bool(on(slug)) for slug in topics()} == dict.fromkeys(shelf.TOPICS, True)


def test_related_articles_share_a_topic_and_are_others():
    article = find("steady-core")
    assert [other.slug for other in related(article)] == ["sore-back", "loosen-gently"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("hinge", "moves-for-every-day"),
        ("HINGE", "moves-for-every-day"),
        ("traffic light", "confidence-in-small-steps"),
        ("ankl", "loosen-gently"),
        ("bird-dog", "steady-core"),
    ],
)
def test_search_puts_the_fittest_first(typed, first):
    assert matching(typed)[0].slug == first


@pytest.mark.parametrize("typed", ["", " ", "q", "xylophone", "%", "net-heading", "</script>" * 50])
def test_search_for_what_is_not_there_finds_nothing(typed):
    assert matching(typed) == ()
