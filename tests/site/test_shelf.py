"""Articles are Markdown, read once, and say how sure they are."""

from portal.site.shelf import articles, render


def sore_back():
    return next(article for article in articles() if article.slug == "sore-back")


def test_article_has_the_five_strategies_as_steps():
    assert [(step.title, step.picture) for step in sore_back().steps] == [
        ("First, we listen", "stand"),
        ("Then, steady and light", "birddog"),
        ("Looser where you are stiff", "lunge"),
        ("Moves you can use at home", "hinge"),
        ("Confidence, in small steps", "carry"),
    ]


def test_article_says_what_it_does_not_promise():
    assert [part.title for part in sore_back().closing] == ["What we do not promise"]


def test_article_is_read_once():
    assert articles() is articles()


def test_article_takes_a_few_minutes():
    assert 4 <= sore_back().minutes <= 7


def test_article_page_numbers_the_steps_and_lists_the_sources(client):
    text = client.get("/articles/sore-back").text
    sources = text.partition('id="sources-heading"')[2].partition("</ul>")[0]
    assert text.count('class="steps__head"') == 5
    assert sources.count("<li>") == len(sore_back().sources)


def test_article_page_gives_the_changes_to_look_out_for(client):
    box = client.get("/articles/sore-back").text.partition('id="net-heading"')[2]
    assert '<a href="tel:911">911</a>' in box


def test_markup_in_an_article_is_text():
    assert render("<script>") == "<p>&lt;script&gt;</p>\n"
