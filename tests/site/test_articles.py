"""Articles are Markdown with front matter, say how sure they are, and hold their pictures."""

import re

import pytest

from portal import config
from portal.site.markdown import PICTURES, WordlessPictureError, render, size
from portal.site.shelf import articles, find

NOT_OURS = ("red flag", "we treat", "we fix", "cure", "wear and tear", "weak core", "bad posture")


def test_article_has_the_five_strategies_as_steps():
    assert [(step.title, step.picture) for step in find("sore-back").steps] == [
        ("First, we listen", "stand"),
        ("Then, steady and light", "birddog"),
        ("Looser where you are stiff", "lunge"),
        ("Moves you can use at home", "hinge"),
        ("Confidence, in small steps", "carry"),
    ]


def test_article_says_what_it_does_not_promise():
    assert [part.title for part in find("sore-back").closing] == ["What we do not promise"]


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.slug)
def test_article_never_says_what_a_coach_may_not(article):
    assert [words for words in NOT_OURS if words in article.text.lower()] == []


def test_markup_in_an_article_is_text():
    assert render("<script>") == "<p>&lt;script&gt;</p>\n"


def test_picture_says_what_it_shows_and_how_large_it_is():
    shown = render("![A <b>scale</b>](traffic-light.svg)")
    assert re.sub(r"\.[0-9a-f]{12}\.svg", ".svg", shown) == (
        '<p><img src="/static/img/articles/traffic-light.svg" alt="A &lt;b&gt;scale&lt;/b&gt;"'
        ' width="400" height="232" loading="lazy" decoding="async"></p>\n'
    )


def test_picture_without_words_is_refused():
    with pytest.raises(WordlessPictureError):
        render("![](traffic-light.svg)")


@pytest.mark.parametrize(
    "name", sorted(file.name for file in (config.ROOT / "static" / PICTURES).iterdir())
)
def test_every_picture_states_its_size_and_is_shown_somewhere(name):
    width, height = size(name)
    assert (width > 0, height > 0) == (True, True)
    shown = [str(step.body) for article in articles() for step in article.steps]
    assert any(name.removesuffix(".svg") in body for body in shown)
