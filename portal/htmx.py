"""All that the server knows of htmx 4: when a fragment is wanted, and how to leave one."""

from typing import Any

from flask import Response, make_response, redirect, request

HEADER = "HX-Request-Type"


def wants_fragment() -> bool:
    """Say whether htmx asks for a part of the page; history and plain visits want the whole."""
    return request.headers.get(HEADER) == "partial"


def leave_for(url: str) -> Any:
    """Send the browser to another page after a form: 303, or htmx's header inside a fragment."""
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def vary(response: Response) -> Response:
    """Tell caches that a page and its fragment are two things."""
    response.vary.add(HEADER)
    return make_response(response)
