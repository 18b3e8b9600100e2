"""What stands under an article, over HTTP: the replies, and the form that leaves one."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Response, abort, make_response, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from portal.clock import now
from portal.extensions import settings
from portal.htmx import leave_for, vary, wants_fragment
from portal.ids import row_id
from portal.leads import pace
from portal.leads.asked import KeyTakenError
from portal.leads.display import NOT_SENT, TOO_MANY
from portal.replies import actions, display, links, queries
from portal.replies.display import Filled
from portal.replies.forms import ReplyForm
from portal.replies.queries import Thread
from portal.screening import ruleset
from portal.site import shelf
from portal.site.article import Article

UNPROCESSABLE, CONFLICT, TOO_OFTEN, AWAY = 422, 409, 429, 503

log = logging.getLogger(__name__)


def page(found: Article) -> Response:
    """Return an article with what stands under it, and the empty form."""
    return _around(found, display.empty(), 200)


def reply(slug: str) -> Any:
    """Leave a reply under an article; a draft has none."""
    found = shelf.find(slug)
    if found is None or found.draft:
        abort(404)
    form = ReplyForm()
    try:
        earlier = form.has_key and queries.left(
            key=form.key.data, body_hash=form.body_hash(found.slug)
        )
        return _go_on(links.token(earlier)) if earlier else _take(form, found)
    except KeyTakenError:
        again = display.given_back(form, display.SENT_OTHERWISE, fresh_key=True)
        return _around(found, again, CONFLICT)
    except actions.ThreadClosedError:
        return _around(found, display.given_back(form), CONFLICT)
    except OperationalError:
        return _around(found, display.given_back(form, NOT_SENT), AWAY)


def _take(form: ReplyForm, found: Article) -> Any:
    good = form.validate()
    if not pace.allows("reply", request.remote_addr, good=good):
        return _around(found, display.given_back(form, TOO_MANY), TOO_OFTEN)
    if not good:
        return _around(found, display.given_back(form), UNPROCESSABLE)
    return _go_on(actions.leave(form.written(found.slug), at=now()))


def _go_on(token: str) -> Any:
    return leave_for(url_for("replies.mine", token=token))


def _around(found: Article, filled: Filled, status: int) -> Response:
    """Return the form alone for htmx, else within its article."""
    facts: dict[str, Any] = {"article": found, "filled": filled, "problems": filled.problems}
    facts["thread"] = None if found.draft else _thread(found, around_words=bool(filled.typed))
    if wants_fragment():
        page = render_template("replies/_part.html", **facts)
    else:
        page = render_template("site/article.html", **facts, **_beside(found))
    response = make_response(page, status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(settings().lead_rate_limit.get_expiry())
    return vary(response)


def _thread(found: Article, *, around_words: bool) -> Thread | None:
    """Return what stands under an article; it can be read while the database is away.

    Words that were given back keep their form even then.
    """
    try:
        return queries.thread(found.slug, upto=request.args.get("replies", type=row_id))
    except (OperationalError, PoolTimeoutError):
        log.exception("The replies under an article cannot be read; it is shown without them.")
        return queries.NOT_READ if around_words else None


def _beside(found: Article) -> dict[str, Any]:
    topics = {slug: words for slug, words in shelf.TOPICS.items() if slug in found.topics}
    net = ruleset().words.safety_net
    return {"topics": topics, "related": shelf.related(found), "safety_net": net}
