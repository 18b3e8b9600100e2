"""The pages around the forms, over HTTP."""

import json
from functools import cache
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal import config
from portal.extensions import db, settings
from portal.screening import fhir, ruleset
from portal.site import reading, shelf
from portal.site.rulebook import rulebook

bp = Blueprint("site", __name__)
reading.register(bp)


@bp.get("/")
def home() -> Any:
    """Show what the studio offers and how it begins."""
    return render_template("site/home.html", articles=shelf.articles())


@bp.get("/how-screening-works")
def how() -> Any:
    """Show every rule of the screening in plain words."""
    return render_template("site/how.html", rulebook=rulebook(), words=ruleset().words)


@bp.get("/how-screening-works/questionnaire.json")
def questionnaire() -> Response:
    """Publish what we ask as a FHIR R4 Questionnaire, for whoever wants to check or reuse it."""
    url = settings().public_url + url_for("site.questionnaire")
    resource = fhir.questionnaire_resource(url=url, publisher=settings().studio.name)
    return Response(json.dumps(resource, indent=1), mimetype=fhir.MEDIA_TYPE)


@bp.get("/privacy")
def privacy() -> Any:
    """Say what is held about a person, why, for how long and who sees it."""
    return render_template("site/privacy.html", days=settings().retention)


@bp.get("/embed.js")
def embed() -> Response:
    """Give other sites the script that puts our forms into their pages."""
    answer = Response(_script(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@cache
def _script() -> bytes:
    return (config.ROOT / "static" / "embed.js").read_bytes()


@bp.get("/healthz")
def healthz() -> Response:
    """Answer 200 when the process serves and its database answers, else 503."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("The database does not answer.\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
