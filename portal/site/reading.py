"""The articles over HTTP: the list, a topic, a search, one article, and what machines read."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from portal.site import replying, shelf
from portal.staff.guard import live_session, requires

ATOM, XML, TEXT = "application/atom+xml", "application/xml", "text/plain"
OPEN_PAGES = (
    "/",
    "/articles/",
    "/how-screening-works",
    "/privacy",
    "/consult",
    "/day-pass",
    "/times",
    "/chat",
)


def register(bp: Blueprint) -> None:
    """Add these pages to the site."""
    bp.add_url_rule("/articles/", view_func=articles)
    bp.add_url_rule("/articles/drafts", view_func=drafts)
    bp.add_url_rule("/articles/topics/<topic>", view_func=topic)
    bp.add_url_rule("/articles/feed.xml", view_func=feed)
    bp.add_url_rule("/articles/<slug>", view_func=article)
    bp.add_url_rule("/articles/<slug>", "reply", replying.reply, methods=["POST"])
    bp.add_url_rule("/sitemap.xml", view_func=sitemap)
    bp.add_url_rule("/robots.txt", view_func=robots)


def articles() -> Any:
    """List the articles, or those that a search finds."""
    typed = request.args.get("q", "").strip()[: shelf.LONGEST_SEARCH]
    found = shelf.matching(typed) if typed else shelf.articles()
    return render_template("site/articles.html", articles=found, q=typed, topics=shelf.topics())


def topic(topic: str) -> Any:
    """List the articles on one topic."""
    topics = shelf.topics()
    if topic not in topics:
        abort(404)
    return render_template(
        "site/articles.html", articles=shelf.on(topic), topics=topics, topic=topic
    )


def article(slug: str) -> Any:
    """Show one article; a draft opens for staff alone."""
    found = shelf.find(slug)
    if found is None or (found.draft and live_session() is None):
        abort(404)
    return replying.page(found)


@requires()
def drafts() -> Any:
    """List what is written and not out yet."""
    return render_template("site/drafts.html", articles=shelf.drafts())


def feed() -> Response:
    """Give the articles as an Atom feed (RFC 4287)."""
    return _machine("site/feed.xml", ATOM, articles=shelf.articles())


def sitemap() -> Response:
    """Name every open page for search engines (sitemaps.org)."""
    return _machine(
        "site/sitemap.xml",
        XML,
        paths=OPEN_PAGES,
        topics=shelf.topics(),
        articles=shelf.articles(),
    )


def robots() -> Response:
    """Keep search engines away from personal links and from the desk."""
    return _machine("site/robots.txt", TEXT)


def _machine(template: str, mimetype: str, **context: Any) -> Response:
    return Response(render_template(template, **context), mimetype=mimetype)
