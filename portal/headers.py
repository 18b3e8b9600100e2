"""The headers every answer carries, so that a browser trusts nothing but us."""

from flask import Flask, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def table(*, secure: bool) -> dict[str, str]:
    """Return the headers of every answer, static files too; `secure` means over TLS."""
    return {**ALWAYS, "Strict-Transport-Security": STRICT_TRANSPORT} if secure else ALWAYS


def install(app: Flask, *, secure: bool) -> None:
    """Add the headers to every response of `app`, and let none of them be kept."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in {**table(secure=secure), "Cache-Control": "no-store"}.items():
            response.headers.setdefault(name, value)
        return response
