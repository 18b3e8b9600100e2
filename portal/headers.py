"""The headers every answer carries, so that a browser trusts nothing but us."""

from collections.abc import Collection, Mapping

from flask import Flask, Response, current_app, request

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors {}"
)
NOBODY = "'none'"
ALWAYS = {
    "Content-Security-Policy": POLICY.format(NOBODY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
EMPTIES = {"Clear-Site-Data": '"cache", "storage"'}
"""Empties what the browser kept of us: the pages behind its Back button, and drafts."""
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def table(*, secure: bool) -> dict[str, str]:
    """Return the headers of every answer, static files too; `secure` means over TLS."""
    return {**ALWAYS, "Strict-Transport-Security": STRICT_TRANSPORT} if secure else ALWAYS


def install(app: Flask, *, secure: bool, framed: Mapping[str, Collection[str]]) -> None:
    """Add the headers to every response of `app`, and let none of them be kept.

    `framed` names the parts of the app that other sites may show in a frame, and those sites; what
    is guarded is shown by nobody, whichever part it belongs to.
    """

    @app.after_request
    def add(response: Response) -> Response:
        hosts = framed.get(request.blueprint or "", ())
        headers = {**table(secure=secure), "Cache-Control": "no-store"}
        if hosts and not _is_guarded():
            headers["Content-Security-Policy"] = POLICY.format(" ".join(("'self'", *hosts)))
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def _is_guarded() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return hasattr(view, "guarded_by")
