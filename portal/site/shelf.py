"""The shelf: which articles there are, by topic, by kinship and by the words in them."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from portal.leads.hygiene import fold
from portal.site.article import Article, read

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "getting-started": "Getting started",
        "strength": "Strength",
        "mobility": "Mobility",
        "everyday": "Everyday moves",
        "confidence": "Confidence",
        "evidence": "What the research says",
    }
)
MOST_RELATED = 2
SHORTEST_WORD = 2
LONGEST_SEARCH = 80
IN_TITLE, IN_SUMMARY, IN_TEXT = 9, 3, 1


def articles() -> tuple[Article, ...]:
    """Return every article that is out, the latest first."""
    return tuple(article for article in _all() if not article.draft)


def drafts() -> tuple[Article, ...]:
    """Return what is not out yet, the latest first."""
    return tuple(article for article in _all() if article.draft)


def find(slug: str) -> Article | None:
    """Return the article of this name, a draft too, or None."""
    return next((article for article in _all() if article.slug == slug), None)


def topics() -> Mapping[str, str]:
    """Return the topics that have an article, by name in an address and in words."""
    used = {topic for article in articles() for topic in article.topics}
    return {slug: words for slug, words in TOPICS.items() if slug in used}


def on(topic: str) -> tuple[Article, ...]:
    """Return the articles on a topic, the latest first."""
    return tuple(article for article in articles() if topic in article.topics)


def related(article: Article) -> tuple[Article, ...]:
    """Return what to read next: those that share most topics, the latest first among equals."""
    others = [other for other in articles() if other.slug != article.slug]
    others.sort(key=lambda other: -len(set(other.topics) & set(article.topics)))
    return tuple(others[:MOST_RELATED])


def matching(typed: str) -> tuple[Article, ...]:
    """Return the articles in which a word begins with any of the words typed, the fittest first."""
    wanted = [word for word in _words(typed[:LONGEST_SEARCH]) if len(word) >= SHORTEST_WORD]
    ranked = [(sum(_fit(article, word) for word in wanted), article) for article in articles()]
    ranked.sort(key=lambda pair: -pair[0])
    return tuple(article for fit, article in ranked if fit)


def _fit(article: Article, word: str) -> int:
    return sum(weight for weight, words in _index(article) if f" {word}" in words)


@cache
def _index(article: Article) -> tuple[tuple[int, str], ...]:
    """Return the words of an article, each behind a space, and what a hit in them weighs."""
    places = ((IN_TITLE, article.title), (IN_SUMMARY, article.summary), (IN_TEXT, article.text))
    return tuple((weight, " " + " ".join(_words(text))) for weight, text in places)


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in fold(text)).split()


@cache
def _all() -> tuple[Article, ...]:
    folder = resources.files(__package__).joinpath("articles")
    found = [read(file) for file in folder.iterdir() if file.name.endswith(".md")]
    return tuple(sorted(found, key=lambda article: (article.published, article.slug), reverse=True))
