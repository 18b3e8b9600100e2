"""Short links and posters at the desk: everybody prints them, a manager makes and ends them."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for

from portal.campaigns import actions, forms, queries
from portal.extensions import settings
from portal.htmx import leave_for
from portal.qr import qr_svg
from portal.site import shelf
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role

UNPROCESSABLE = 422


def register(bp: Blueprint) -> None:
    """Give the posters their addresses."""
    bp.add_url_rule("/desk/posters", "posters", posters)
    bp.add_url_rule("/desk/posters", "make_poster", make_poster, methods=["POST"])
    one = "/desk/posters/<int:campaign_id>"
    bp.add_url_rule(one, "poster", poster)
    bp.add_url_rule(f"{one}/end", "end_poster", end_poster, methods=["POST"])


@requires()
def posters() -> Any:
    """List the short links."""
    return _list({}, {})


@requires(Role.MANAGER)
def make_poster() -> Any:
    """Make a short link and show its poster."""
    form = forms.read(request.form, targets=targets())
    problems = dict(form.problems)
    if not problems:
        try:
            made = actions.make(
                name=form.name, title=form.title, target=form.target, staff_id=current_staff().id
            )
            return leave_for(url_for("desk.poster", campaign_id=made))
        except actions.NameTakenError:
            problems["name"] = "This name is taken, perhaps by a poster that still hangs somewhere"
    return _list(request.form, problems), UNPROCESSABLE


@requires()
def poster(campaign_id: int) -> Any:
    """Show one poster, ready to print."""
    found = queries.campaign(campaign_id)
    link = f"{settings().public_url}/go/{found.name}"
    code = qr_svg(link, label=f"QR code: {link}")
    return render_template(
        "desk/campaigns/poster.html", poster=found, link=link, code=code, targets=targets()
    )


@requires(Role.MANAGER)
def end_poster(campaign_id: int) -> Any:
    """End a short link: what hangs on a wall then leads to the first page."""
    actions.end(campaign_id)
    return leave_for(url_for("desk.posters"))


def targets() -> Mapping[str, str]:
    """Return the paths that a link may lead to, in words."""
    articles = {f"/articles/{article.slug}": article.title for article in shelf.articles()}
    return {
        "/consult": "The free consult",
        "/day-pass": "The free day pass",
        "/": "The first page",
        **articles,
    }


def _list(typed: Mapping[str, str], problems: Mapping[str, str]) -> str:
    return render_template(
        "desk/campaigns/list.html",
        campaigns=queries.everything(),
        targets=targets(),
        typed=typed,
        problems=problems,
        may_make=current_staff().role is Role.MANAGER,
    )
