"""Short links over HTTP: a visitor is sent on, and nothing is written."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect

from portal.campaigns import queries

bp = Blueprint("campaigns", __name__)


@bp.get("/go/<name>")
def go(name: str) -> Any:
    """Send a visitor to where the link leads, with its name kept as the campaign."""
    found = queries.named(name)
    target = found.target if found.ended_at is None else "/"
    return redirect(f"{target}?{urlencode({'utm_source': 'go', 'utm_campaign': found.name})}")
